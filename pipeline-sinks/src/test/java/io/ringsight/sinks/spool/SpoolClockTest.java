package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wall clocks step; what is in a spool must not depend on it. */
class SpoolClockTest {
    private static final long YEAR_NS = Duration.ofDays(365).toNanos();
    private static final String EARLIER = "00EARLIER";

    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final SteppingClock clock = new SteppingClock();
    private final Camera camera = new Camera("line1", clock);
    private SinkMetrics metrics;

    private static final class SteppingClock implements Clock {
        private long nowNs = 5_000;
        private long utcNs = Sample.NOW_UTC_NS;

        @Override
        public long nanoTime() {
            return nowNs;
        }

        @Override
        public long epochNanos() {
            return utcNs;
        }

        void pass(Duration time) {
            nowNs += time.toNanos();
            utcNs += time.toNanos();
        }
    }

    private Spool open(Path dir) {
        metrics = new SinkMetrics("kafka:t");
        return Spool.open(new SpoolSpec(dir, 1 << 20, Duration.ofHours(1), 1_000), metrics, clock);
    }

    private static long taken(Spool spool) throws IOException {
        List<EncodedMessage> all = new ArrayList<>();
        spool.pump((message, offset) -> all.add(message));
        return all.size();
    }

    @Test
    void keepsMessagesOfSecondsAgoWhenTheWallClockStepsForwardByYears() throws IOException {
        clock.utcNs = YEAR_NS;
        Spool spool = open(folder.resolve("spool"));
        spool.append(camera.next());
        clock.pass(Duration.ofSeconds(3));
        clock.utcNs = Sample.NOW_UTC_NS;
        spool.append(camera.next());
        spool.maintain();
        assertThat(metrics.value(SinkCounter.SPOOL_DROPPED_AGE)).isZero();
        Path killed = folder.resolve("killed");
        SpoolTest.copy(folder.resolve("spool"), killed);
        spool.close();
        clock.nowNs = 17;
        clock.pass(Duration.ofMinutes(5));
        try (Spool next = open(killed)) {
            next.maintain();
            assertThat(taken(next)).isEqualTo(2);
        }
    }

    @Test
    void dropsWhatIsTooOldAlthoughTheWallClockWasSetBack() throws IOException {
        Spool spool = open(folder.resolve("spool"));
        spool.append(camera.next());
        clock.pass(Duration.ofMinutes(10));
        spool.append(camera.next());
        clock.utcNs -= YEAR_NS;
        clock.pass(Duration.ofMinutes(55));
        spool.maintain();
        assertThat(metrics.value(SinkCounter.SPOOL_DROPPED_AGE)).isEqualTo(1);
        spool.close();
    }

    @Test
    void countsTheTimeBetweenTwoRunsByTheWallClock() throws IOException {
        Path dir = folder.resolve("spool");
        Spool spool = open(dir);
        spool.append(camera.next());
        spool.close();
        clock.nowNs = 0;
        clock.utcNs += Duration.ofMinutes(61).toNanos();
        try (Spool next = open(dir)) {
            next.maintain();
            assertThat(metrics.value(SinkCounter.SPOOL_DROPPED_AGE)).isEqualTo(1);
        }
    }

    /** Run ids are made by the wall clock: the second run's id is lower than the first one's. */
    @Test
    void tellsTheEndOfEachRunOnceThoughTheClockWasSetBackBetweenThem() throws IOException {
        Path dir = folder.resolve("spool");
        Spool first = open(dir);
        first.append(camera.next());
        first.append(camera.next());
        Path killed = killed(dir, first, 1);

        clock.utcNs -= YEAR_NS;
        Spool second = open(killed);
        List<String> told = appendFarewells(second);
        assertThat(told).singleElement().asString().contains(Sample.EPOCH + "/u1");
        second.append(new MessageJson(EARLIER, clock).frame(Sample.frame("line1", 1, 0)));
        killed = killed(killed, second, 2);

        Spool third = open(killed);
        told = appendFarewells(third);
        assertThat(told).singleElement().asString().contains(EARLIER + "/u1");
        killed = killed(killed, third, 3);
        try (Spool fourth = open(killed)) {
            assertThat(fourth.farewells()).isEmpty();
        }
    }

    private Path killed(Path dir, Spool spool, int number) throws IOException {
        Path killed = folder.resolve("killed" + number);
        SpoolTest.copy(dir, killed);
        spool.close();
        return killed;
    }

    private static List<String> appendFarewells(Spool spool) throws IOException {
        List<String> told = new ArrayList<>();
        for (EncodedMessage farewell : spool.farewells()) {
            String text = new String(farewell.bytes(), StandardCharsets.UTF_8);
            String since = text.replaceAll(".*\"since\":\"([^\"]*)\".*", "$1");
            String until = text.replaceAll(".*\"until\":\"([^\"]*)\".*", "$1");
            assertThat(until).isGreaterThanOrEqualTo(since);
            told.add(farewell.messageId());
            spool.append(farewell);
        }
        return told;
    }
}
