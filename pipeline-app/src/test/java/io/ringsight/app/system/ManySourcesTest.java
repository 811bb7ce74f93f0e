package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 64 cameras in one process: all are heard, all frames accounted for, within 1.5 GiB. */
class ManySourcesTest {
    private static final int CAMERAS = 64;
    private static final long MOST_MIB = 1536;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    @Test
    void fewSecondsOf64Sources() throws IOException {
        run(Duration.ofSeconds(20));
    }

    @Test
    @Tag("bench")
    void twoMinutesOf64Sources() throws IOException {
        run(Duration.ofMinutes(2));
    }

    private void run(Duration time) throws IOException {
        int port = Rig.freePort();
        Path messages = folder.resolve("messages.jsonl");
        AtomicLong mostMib = new AtomicLong();
        try (Child daemon = Ringsight.daemon(folder, configuration(port, messages))) {
            daemon.await(
                    "all sources live",
                    LIMIT,
                    () -> IntStream.rangeClosed(1, CAMERAS)
                            .allMatch(i -> Ringsight.state(port, "camera" + i).equals("live")));
            daemon.runFor(time, () -> mostMib.accumulateAndGet(daemon.residentMib(), Math::max) <= MOST_MIB);
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        List<String> lines = Files.readAllLines(messages);
        long analysed = 0;
        long decoded = 0;
        for (int i = 1; i <= CAMERAS; i++) {
            Account account = Account.of(lines, "camera" + i);
            assertThat(account.frames()).as("frames of camera" + i).isNotEmpty();
            assertThat(account.decoded()).isGreaterThanOrEqualTo(time.toSeconds());
            analysed += account.frames().size();
            decoded += account.decoded();
        }
        System.out.printf(
                "64 sources for %d s: at most %d MiB, %d of %d frames analysed%n",
                time.toSeconds(), mostMib.get(), analysed, decoded);
    }

    private static String configuration(int port, Path messages) {
        Yaml yaml = new Yaml().jsonl(messages).http(port);
        for (int i = 1; i <= CAMERAS; i++) {
            yaml.source("camera" + i, "synthetic:boxes?width=320&height=240&fps=2&seed=" + i, "");
        }
        return yaml.text();
    }
}
