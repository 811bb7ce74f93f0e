package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What somebody deletes or renames under a spool: its messages are told of, and everything else goes on. */
class SpoolLostFilesTest {
    private static final int MESSAGES = 600;

    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final WatchedFiles files = new WatchedFiles();
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final Camera camera = new Camera("line1", clock);
    private final SinkMetrics metrics = new SinkMetrics("kafka:t");
    private final List<EncodedMessage> topic = new ArrayList<>();

    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger(SpoolLostFilesTest.class.getPackageName())).setLevel(Level.OFF);
    }

    private Spool open() {
        Path dir = files.wrapPath(folder.resolve("spool"));
        return Spool.open(new SpoolSpec(dir, 1 << 20, Duration.ofHours(1), 1_000), metrics, clock);
    }

    private void append(Spool spool, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            spool.append(camera.next());
        }
    }

    private List<Path> segments() {
        try (Stream<Path> all = Files.list(folder.resolve("spool"))) {
            return all.filter(file -> file.toString().endsWith(Segment.SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void takeAway(Path file, boolean isRenamed) {
        try {
            if (isRenamed) {
                Files.move(file, file.resolveSibling(Segment.fileName(3)));
            } else {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pump(Spool spool) throws IOException {
        spool.pump((message, offset) -> topic.add(message));
    }

    private Findings accounted() {
        TopicVerifier verifier = new TopicVerifier();
        topic.forEach(message -> verifier.add(message.bytes()));
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).as(findings::toString).isTrue();
        assertThat(findings.disorder() + findings.duplicates()).isZero();
        assertThat(findings.epochs()).extracting(Findings.Epoch::lastFrameSeq).containsExactly(camera.lastFrameSeq());
        return findings;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileTakenAwayBeforeItIsReadHoldsNothingUp(boolean isRenamed) throws IOException {
        try (Spool spool = open()) {
            append(spool, MESSAGES);
            assertThat(segments()).hasSizeGreaterThan(3);
            takeAway(segments().get(1), isRenamed);
            pump(spool);
            append(spool, 1);
            pump(spool);
            assertThat(spool.isHandedOver()).isTrue();
            assertThat(spool.messages()).isEqualTo(topic.size());
        }
        Findings findings = accounted();
        if (isRenamed) {
            assertThat(findings.frames())
                    .as("by what is in it, it keeps its place")
                    .isEqualTo(MESSAGES + 1);
        } else {
            assertThat(findings.frames()).isLessThan(MESSAGES);
            assertThat(metrics.value(SinkCounter.SPOOL_DAMAGED)).isEqualTo(MESSAGES + 1 - findings.frames());
        }
    }

    /** Nothing comes behind it that would show the hole. */
    @Test
    void theNewestFileTakenAwayIsToldBeforeTheNextMessageComes() throws IOException {
        try (Spool spool = open()) {
            append(spool, MESSAGES);
            takeAway(segments().get(segments().size() - 1), false);
            pump(spool);
            accounted();
            append(spool, 1);
            pump(spool);
            assertThat(spool.isHandedOver()).isTrue();
        }
        Findings findings = accounted();
        assertThat(metrics.value(SinkCounter.SPOOL_DAMAGED)).isPositive().isEqualTo(MESSAGES + 1 - findings.frames());
    }

    @Test
    void aFileTakenAwayBeforeItIsCompactedHoldsNothingUp() throws IOException {
        try (Spool spool = open()) {
            append(spool, 10 * MESSAGES);
            takeAway(segments().get(0), false);
            spool.maintain();
            assertThat(metrics.value(SinkCounter.SPOOL_DROPPED_BYTES)).isPositive();
            append(spool, 1);
            spool.maintain();
            pump(spool);
            assertThat(spool.isHandedOver()).isTrue();
        }
        accounted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileTakenAwayWhileTheSpoolIsOpenedStopsNoStart(boolean isRenamed) throws IOException {
        try (Spool spool = open()) {
            append(spool, MESSAGES);
        }
        AtomicBoolean isTaken = new AtomicBoolean();
        files.watch(() -> {
            // the first file that is opened once they were listed
            if (Files.exists(folder.resolve("spool/lock")) && !isTaken.getAndSet(true)) {
                takeAway(segments().get(segments().size() - 2), isRenamed);
            }
        });
        try (Spool spool = open()) {
            for (EncodedMessage farewell : spool.farewells()) {
                spool.append(farewell);
            }
            pump(spool);
        }
        Findings findings = accounted();
        assertThat(isTaken).isTrue();
        assertThat(findings.frames() < MESSAGES).isNotEqualTo(isRenamed);
    }
}
