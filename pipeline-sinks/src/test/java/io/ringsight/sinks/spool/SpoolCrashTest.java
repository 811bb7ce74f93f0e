package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The process dies after every single operation on a file; what the disk holds then accounts for every frame. */
class SpoolCrashTest {
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final int SYNC_MS = 1_000;
    /** So many objects that the spool soon holds its maxBytes. */
    private static final int HALF = Detections.DEFAULT_CAPACITY / 2;

    /** So many messages nearly fill the spool. */
    private static final int NEARLY_FULL = 40;

    private static final int LIVES = Integer.getInteger("ringsight.spool.lives", 1);

    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final WatchedFiles files = new WatchedFiles();
    private final Camera[] cameras = {new Camera("a", clock), new Camera("b", clock)};
    /** Of each camera, the last frame of which {@code append} returned. */
    private final Map<String, Long> appended = new HashMap<>();

    private final List<EncodedMessage> topic = new ArrayList<>();
    private final List<Long> unanswered = new ArrayList<>();
    private Path dir;
    private Spool spool;
    private int crashes;

    /** Torn entries are told in a line each. */
    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger(SpoolCrashTest.class.getPackageName())).setLevel(Level.OFF);
    }

    private Spool open(Path at, long maxBytes) {
        return Spool.open(new SpoolSpec(at, maxBytes, MAX_AGE, SYNC_MS), new SinkMetrics("kafka:t"), clock);
    }

    @Test
    void everyFrameIsAccountedForWheneverTheProcessDies() throws IOException {
        System.out.println("spool crashes: seed " + seed);
        for (int life = 0; life < LIVES; life++) {
            dir = folder.resolve("life" + life);
            spool = open(files.wrapPath(dir), 1 << 20);
            while (appended.values().stream().mapToLong(Long::longValue).sum() < NEARLY_FULL) {
                append();
            }
            files.watch(this::dieHere);
            for (int step = 0; step < 60; step++) {
                step();
            }
            spool.close();
            files.watch(() -> {});
            startAfresh();
        }
        assertThat(crashes).as("crashes").isGreaterThan(100 * LIVES);
    }

    private void startAfresh() {
        unanswered.clear();
        topic.clear();
        appended.clear();
        cameras[0] = new Camera("a", clock);
        cameras[1] = new Camera("b", clock);
    }

    private void step() throws IOException {
        switch (random.nextInt(9)) {
            case 0 -> spool.maintain();
            case 1 -> spool.pump(taking(random.nextInt(9)));
            case 2 -> {
                for (int i = random.nextInt(5); i > 0 && !unanswered.isEmpty(); i--) {
                    spool.settled(unanswered.remove(0));
                }
            }
            case 3 -> clock.advanceMs(random.nextInt(2 * SYNC_MS));
            default -> append();
        }
    }

    private void append() throws IOException {
        Camera camera = cameras[random.nextInt(cameras.length)];
        EncodedMessage message = random.nextInt(12) == 0 ? camera.gap(2) : camera.next(0, HALF + random.nextInt(HALF));
        spool.append(message);
        appended.put(message.sourceId().value(), camera.lastFrameSeq());
    }

    private Spool.Receiver taking(int most) {
        int[] left = {most};
        return (message, offset) -> {
            if (left[0]-- <= 0) {
                return false;
            }
            topic.add(message);
            unanswered.add(offset);
            return true;
        };
    }

    /** Starts a new process on a copy of what is on the disk now, , which has more to keep, and lets it send everything. */
    private void dieHere() {
        Path copy = folder.resolve("crash");
        try {
            SpoolTest.copy(dir, copy);
            TopicVerifier verifier = new TopicVerifier();
            topic.forEach(message -> verifier.add(message.bytes()));
            try (Spool next = open(copy, 1 << 20)) {
                Camera later = new Camera("later", clock);
                for (int i = 0; i < 4; i++) {
                    next.append(later.next(0, Detections.DEFAULT_CAPACITY));
                }
                next.maintain();
                next.pump((message, offset) -> {
                    verifier.add(message.bytes());
                    return true;
                });
                next.farewells().forEach(message -> verifier.add(message.bytes()));
            }
            judge(verifier.findings());
            delete(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        crashes++;
    }

    private void judge(Findings findings) {
        assertThat(findings.isComplete())
                .as("-Dseed=%d, crash %d: %s", seed, crashes, findings)
                .isTrue();
        assertThat(findings.gapFrames())
                .as("-Dseed=%d, crash %d: what was written is there", seed, crashes)
                .doesNotContainKey("unknown");
        appended.forEach((source, frameSeq) -> assertThat(findings.epochs())
                .as("-Dseed=%d, crash %d: %s", seed, crashes, findings)
                .anyMatch(epoch -> epoch.sourceId().equals(source) && epoch.lastFrameSeq() >= frameSeq));
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void whatWaitsIsWrittenThroughInTime() throws IOException {
        spool = open(files.wrapPath(folder.resolve("forced")), 1 << 20);
        spool.append(cameras[0].next());
        spool.maintain();
        int before = files.forced();
        clock.advanceMs(SYNC_MS - 1);
        spool.append(cameras[0].next());
        spool.maintain();
        assertThat(files.forced()).isEqualTo(before);
        clock.advanceMs(1);
        spool.maintain();
        assertThat(files.forced()).isEqualTo(before + 1);
        spool.maintain();
        assertThat(files.forced()).as("nothing new").isEqualTo(before + 1);
        spool.close();
    }
}
