package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 64 cameras in one process: all are heard, all frames accounted for, within 1.5 GiB. */
class ManySourcesTest {
    private static final int CAMERAS = 64;
    private static final long MAX_MIB = 1536;
    private static final Duration LIMIT = Duration.ofSeconds(240);
    /** Of each camera. */
    private static final int DECODED = 20;

    @TempDir
    private Path folder;

    @Test
    void twentyFramesOf64Sources() throws IOException {
        run(Duration.ZERO);
    }

    @Test
    @Tag("bench")
    void twoMinutesOf64Sources() throws IOException {
        run(Duration.ofMinutes(2));
    }

    private void run(Duration time) throws IOException {
        int port = FreePort.take();
        Path messages = folder.resolve("messages.jsonl");
        AtomicLong mostMib = new AtomicLong();
        try (Child daemon = Ringsight.daemon(folder, configuration(port, messages))) {
            daemon.await("frames and a message of each", LIMIT, () -> {
                mostMib.accumulateAndGet(daemon.residentMib(), Math::max);
                return allGave(Ringsight.get(port, "/metrics"));
            });
            daemon.runFor(time, () -> mostMib.accumulateAndGet(daemon.residentMib(), Math::max) <= MAX_MIB);
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        assertThat(mostMib.get()).isLessThanOrEqualTo(MAX_MIB);
        List<String> lines = Files.readAllLines(messages);
        long analysed = 0;
        long decoded = 0;
        for (int i = 1; i <= CAMERAS; i++) {
            Account account = Account.of(lines, "camera" + i);
            assertThat(account.frames()).as("frames of camera" + i).isNotEmpty();
            analysed += account.frames().size();
            decoded += account.decoded();
        }
        System.out.printf("64 sources: at most %d MiB, %d of %d frames analysed%n", mostMib.get(), analysed, decoded);
    }

    private static boolean allGave(String metrics) {
        return atLeast(metrics, "ringsight_frames_decoded_total{", DECODED) == CAMERAS
                && atLeast(metrics, "ringsight_frames_published_total{", 1) == CAMERAS;
    }

    /** How many cameras have so many of them. */
    private static long atLeast(String metrics, String name, int count) {
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .filter(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) >= count)
                .count();
    }

    private static String configuration(int port, Path messages) {
        Yaml yaml = new Yaml().jsonl(messages).http(port);
        for (int i = 1; i <= CAMERAS; i++) {
            yaml.source("camera" + i, "synthetic:boxes?width=320&height=240&fps=2&seed=" + i, "");
        }
        return yaml.text();
    }
}
