package io.ringsight.core.analyse.zone;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.zone.Zone.Point;
import io.ringsight.core.detect.Detections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RegionMapTest {
    private static final List<Point> LEFT_HALF =
            Zone.corners("0,0 0.5,0 0.5,1 0,1").orElseThrow();
    private static final List<Point> UPPER_HALF =
            Zone.corners("0,0 1,0 1,0.5 0,0.5").orElseThrow();

    private final Detections found = new Detections(10);

    /** One in the middle of each quarter of a picture of 100x200, by its class. */
    private List<Integer> left(Regions regions) {
        found.clear();
        for (int quarter = 0; quarter < 4; quarter++) {
            found.add(20 + 50 * (quarter % 2), 40 + 100 * (quarter / 2), 10, 20, 0.5f, quarter);
        }
        int removed = new RegionMap(regions).removeOutside(found, 100, 200);
        assertThat(removed).isEqualTo(4 - found.size());
        return java.util.stream.IntStream.range(0, found.size())
                .map(found::classId)
                .boxed()
                .toList();
    }

    @Test
    void whatIsOutsideWhatIsIncludedIsRemoved() {
        assertThat(left(new Regions(Optional.empty(), List.of(LEFT_HALF), List.of())))
                .containsExactly(0, 2);
    }

    @Test
    void whatIsInWhatIsExcludedIsRemoved() {
        assertThat(left(new Regions(Optional.empty(), List.of(), List.of(LEFT_HALF))))
                .containsExactly(1, 3);
        assertThat(left(new Regions(Optional.empty(), List.of(LEFT_HALF), List.of(UPPER_HALF))))
                .containsExactly(2);
    }

    @Test
    void withoutPolygonsAllStays() {
        assertThat(left(Regions.ALL)).containsExactly(0, 1, 2, 3);
    }
}
