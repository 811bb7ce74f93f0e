package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long MS = 1_000_000L;

    private static int passed(RateLimit limit, long startNs, double intervalMs, int frames) {
        int passed = 0;
        for (int i = 0; i < frames; i++) {
            // Rounded to milliseconds, as containers do.
            passed += limit.passes(startNs + Math.round(i * intervalMs) * MS) ? 1 : 0;
        }
        return passed;
    }

    @Test
    void limitEqualToTheCamerasRateDropsNothing() {
        assertThat(passed(new RateLimit(30), 0, 1000.0 / 30, 300)).isEqualTo(300);
        assertThat(passed(new RateLimit(25), 0, 40, 300)).isEqualTo(300);
    }

    @Test
    void thinsEvenly() {
        assertThat(passed(new RateLimit(5), 0, 40, 500)).isBetween(99, 101);
        assertThat(passed(new RateLimit(20), 0, 40, 500)).isBetween(395, 405);
    }

    @Test
    void zeroMeansAll() {
        assertThat(passed(new RateLimit(0), 0, 1, 100)).isEqualTo(100);
    }

    @Test
    void startsAnewWhenTimeJumps() {
        RateLimit limit = new RateLimit(10);
        assertThat(passed(limit, 5_000 * MS, 100, 10)).isEqualTo(10);
        assertThat(limit.passes(0)).as("back to the start, as a loop does").isTrue();
        assertThat(limit.passes(3_600_000 * MS)).as("an hour ahead").isTrue();
    }
}
