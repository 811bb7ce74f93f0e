package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A camera that freezes is seen in time, told of, and comes back by itself; the camera beside it does not notice. */
@Tag("rtsp")
class FrozenCameraTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Duration WARMING_UP = Duration.ofSeconds(8);
    private static final Duration WINDOW = Duration.ofSeconds(20);
    private static final Duration SLICE = Duration.ofSeconds(4);
    private static final long STALL_TIMEOUT_MS = 3_000;

    @TempDir
    private Path folder;

    private final int port = FreePort.take();

    @Test
    void isStalledAndChangesNothingForTheOther() throws IOException {
        Rig.needCameras();
        Path messages = folder.resolve("messages.jsonl");
        try (RigCamera frozen = camera();
                RigCamera other = camera()) {
            String keys = "transport: tcp, maxLagMs: 0, stallTimeoutMs: " + STALL_TIMEOUT_MS;
            String yaml = new Yaml()
                    .source("frozen", frozen.uri("/cam"), keys)
                    .source("other", other.uri("/cam"), keys)
                    .jsonl(messages)
                    .http(port)
                    .text();
            try (Child daemon = Ringsight.daemon(folder, yaml)) {
                watch(daemon, frozen, messages);
            }
        }
    }

    private void watch(Child daemon, RigCamera frozen, Path messages) throws IOException {
        awaitState(daemon, "frozen", "live");
        awaitState(daemon, "other", "live");
        daemon.runFor(WARMING_UP);

        Span before = Span.of(() -> daemon.runFor(WINDOW));
        Span during = Span.of(() -> {
            frozen.freeze();
            Instant frozenAt = Instant.now();
            awaitState(daemon, "frozen", "stalled"); // how soon is measured by row 2 of scripts/faults
            Duration rest = WINDOW.minus(Duration.between(frozenAt, Instant.now()));
            daemon.runFor(rest);
        });
        frozen.thaw();
        awaitState(daemon, "frozen", "live");
        Span after = Span.of(() -> daemon.runFor(WINDOW));
        daemon.signal("TERM");
        assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();

        List<String> lines = Files.readAllLines(messages);
        aGapWasPublished(Account.of(lines, "frozen"), during);
        theOtherWasNotDisturbed(Account.of(lines, "other"), before, during, after);
    }

    private static void aGapWasPublished(Account account, Span during) {
        Json first = account.gaps().stream()
                .filter(gap -> gap.text("reason").equals("stalled"))
                .findFirst()
                .orElseThrow();
        assertThat(publishedAt(first)).isBetween(during.from, during.to);
        assertThat(account.frames().stream()
                        .anyMatch(frame -> publishedAt(frame).isAfter(during.to)))
                .as("frames after the thaw")
                .isTrue();
    }

    /**
     * What the frozen camera costs is there all the time that it is frozen, the machine's noise comes and goes: the best
     * seconds of that time are no worse than the worst around it.
     */
    private static void theOtherWasNotDisturbed(Account account, Span before, Span during, Span after) {
        double[] quietMs = before.p99Ms(account);
        double[] frozenMs = during.p99Ms(account);
        double[] againMs = after.p99Ms(account);
        System.out.printf(
                "frozen camera: p99 of the other, ms: %s before, %s during, %s after%n",
                Arrays.toString(quietMs), Arrays.toString(frozenMs), Arrays.toString(againMs));
        double worstMs = DoubleStream.concat(Arrays.stream(quietMs), Arrays.stream(againMs))
                .max()
                .orElseThrow();
        assertThat(Arrays.stream(frozenMs).min().orElseThrow()).isLessThanOrEqualTo(1.1 * worstMs);
        assertThat(account.gaps().stream().filter(gap -> publishedAt(gap).isAfter(before.from)))
                .allSatisfy(gap -> assertThat(gap.text("reason")).isEqualTo("stopped"));
    }

    private void awaitState(Child daemon, String sourceId, String state) {
        daemon.await(
                sourceId + " is " + state,
                LIMIT,
                () -> Ringsight.state(port, sourceId).equals(state));
    }

    private RigCamera camera() {
        return new RigCamera(folder, "--cam", "h264:/cam", "--size", "320x240", "--fps", "15");
    }

    private static Instant publishedAt(Json message) {
        return Instant.parse(message.text("publishedAt"));
    }

    /** A time of the run. */
    private record Span(Instant from, Instant to) {
        static Span of(Runnable what) {
            Instant from = Instant.now();
            what.run();
            return new Span(from, Instant.now());
        }

        /** The 99th percentile of decoded until published, of the frames published in each slice of it. */
        double[] p99Ms(Account account) {
            return Stream.iterate(from, start -> start.isBefore(to), start -> start.plus(SLICE))
                    .map(start -> sortedMs(account, start))
                    .filter(sorted -> sorted.length > 0)
                    .mapToDouble(sorted -> sorted[(int) Math.ceil(sorted.length * 0.99) - 1])
                    .toArray();
        }

        private static double[] sortedMs(Account account, Instant start) {
            return account.frames().stream()
                    .filter(frame -> publishedAt(frame).isAfter(start)
                            && publishedAt(frame).isBefore(start.plus(SLICE)))
                    .mapToDouble(frame -> latencyMs(frame.object("stages")))
                    .sorted()
                    .toArray();
        }

        private static double latencyMs(Json stages) {
            return (stages.integer("queueNs")
                            + stages.integer("preprocessNs")
                            + stages.integer("inferNs")
                            + stages.integer("postNs"))
                    / 1e6;
        }
    }
}
