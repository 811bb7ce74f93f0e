package io.ringsight.core.analyse.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineMapTest {
    private static final long FORWARD = 1;
    private static final long BACKWARD = 1L << 32;

    private final LineMap across = new LineMap(List.of(line(0.2, 0.5, 0.8, 0.5)));

    private static Line line(double x, double y, double toX, double toY) {
        return new Line("l", new Zone.Point(x, y), new Zone.Point(toX, toY));
    }

    @Test
    void forwardIsFromTheLeftHandToTheRight() {
        assertThat(across.crossed(0.5, 0.4, 0.5, 0.6)).isEqualTo(FORWARD);
        assertThat(across.crossed(0.5, 0.6, 0.4, 0.4)).isEqualTo(BACKWARD);
        LineMap turned = new LineMap(List.of(line(0.8, 0.5, 0.2, 0.5)));
        assertThat(turned.crossed(0.5, 0.4, 0.5, 0.6)).isEqualTo(BACKWARD);
    }

    @Test
    void whoPassesBesideTheEndsHasNotCrossed() {
        assertThat(across.crossed(0.1, 0.4, 0.1, 0.6)).isZero();
        assertThat(across.crossed(0.9, 0.6, 0.9, 0.4)).isZero();
        assertThat(across.crossed(0.3, 0.1, 0.7, 0.4)).isZero();
    }

    @Test
    void eachLineHasItsOwnBits() {
        LineMap two = new LineMap(List.of(line(0, 0.5, 1, 0.5), line(0.5, 0, 0.5, 1)));

        assertThat(two.crossed(0.4, 0.4, 0.6, 0.7)).isEqualTo(FORWARD | BACKWARD << 1);
        assertThat(two.crossed(0.4, 0.4, 0.6, 0.45)).isEqualTo(BACKWARD << 1);
    }

    /** Ways that end and begin on lines, and on their ends: what was crossed there and back adds up to where one is. */
    @Test
    void crossingsAddUpToTheSideOneIsOn() {
        LineMap wall = new LineMap(List.of(line(0, 0.5, 1, 0.5)));
        Random random = new Random(11);
        double x = 0.5;
        double y = 0.25;
        int net = 0;
        for (int step = 0; step < 20_000; step++) {
            double nextX = 0.1 + random.nextInt(9) / 10.0;
            double nextY = random.nextInt(5) / 4.0;
            long crossed = wall.crossed(x, y, nextX, nextY);
            net += crossed == FORWARD ? 1 : crossed == BACKWARD ? -1 : 0;
            x = nextX;
            y = nextY;

            assertThat(net).as("step %d", step).isEqualTo(y > 0.5 ? 1 : 0);
        }
    }
}
