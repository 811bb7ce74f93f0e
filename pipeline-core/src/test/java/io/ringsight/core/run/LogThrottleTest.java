package io.ringsight.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogThrottleTest {
    private final ManualClock clock = new ManualClock(0);
    private final LogThrottle throttle = new LogThrottle(clock, Duration.ofSeconds(10));
    private final List<String> lines = new ArrayList<>();

    private void happens(String what) {
        throttle.tell(span -> lines.add(what + span));
    }

    @Test
    void theFirstIsToldAtOnceAndAlone() {
        happens("a");

        assertThat(lines).containsExactly("a");
    }

    @Test
    void oneLineTellsOfTheLastOfManyHowManyAndSinceWhen() {
        happens("a");
        clock.advanceMs(2_000);
        happens("b");
        clock.advanceMs(3_000);
        happens("c");
        clock.advanceMs(5_000);
        happens("d");

        assertThat(lines).containsExactly("a", "d; 3 such in the last 8.0 s");
    }

    @Test
    void whatWasNotToldIsToldWithTheFirstOfTheNextStorm() {
        happens("a");
        happens("b");
        clock.advanceMs(60_000);
        happens("c");
        clock.advanceMs(60_000);
        happens("d");

        assertThat(lines).containsExactly("a", "c; 2 such in the last 60.0 s", "d");
    }

    @Test
    void noneOfNothingIsTold() {
        throttle.tell(0, span -> lines.add("nothing"));

        assertThat(lines).isEmpty();
    }

    @Test
    void manyAtOnceAreCountedAsMany() {
        throttle.tell(7, span -> lines.add("dropped " + span.count()));

        assertThat(lines).containsExactly("dropped 7");
    }

    @Test
    void theRestIsToldAtTheEnd() {
        happens("a");
        happens("b");

        throttle.tellRest(span -> lines.add("rest " + span.count()));
        throttle.tellRest(span -> lines.add("rest " + span.count()));

        assertThat(lines).containsExactly("a", "rest 1");
    }
}
