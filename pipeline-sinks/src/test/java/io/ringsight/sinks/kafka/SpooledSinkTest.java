package io.ringsight.sinks.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink with its spool, against a broker in memory. */
class SpooledSinkTest {
    private static final QueueLimits SMALL = new QueueLimits(50, 1 << 20);

    @TempDir
    private Path folder;

    private final Camera camera = new Camera("line1", Clock.system());
    private final List<byte[]> topic = new CopyOnWriteArrayList<>();
    private final List<Broker> brokers = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private MessageSink sink;

    /** Acknowledges at once while it is there; else neither send() nor anything else says a word. */
    private final class Broker extends MockProducer<byte[], byte[]> {
        private Broker() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
            brokers.add(this);
        }

        @Override
        public synchronized java.util.concurrent.Future<RecordMetadata> send(
                ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (away) {
                throw new TimeoutException("no broker");
            }
            if (record.value().length > 20_000) {
                callback.onCompletion(null, new RecordTooLargeException("longer than 20000"));
                return null;
            }
            topic.add(record.value());
            return super.send(record, callback);
        }
    }

    @AfterEach
    void close() {
        if (sink != null) {
            sink.close(Duration.ZERO);
            assertThat(sink.metrics().state()).isEqualTo(SinkState.CLOSED);
            assertCounted();
        }
    }

    private void assertCounted() {
        assertThat(value(SinkCounter.ACKNOWLEDGED)
                        + value(SinkCounter.FAILED)
                        + value(SinkCounter.UNKNOWN)
                        + value(SinkCounter.DROPPED_QUEUE_FULL)
                        + value(SinkCounter.SPOOL_DROPPED_BYTES)
                        + value(SinkCounter.SPOOL_DROPPED_AGE)
                        + value(SinkCounter.SPOOL_DAMAGED)
                        + sink.metrics().queuedMessages())
                .as(counts())
                .isEqualTo(value(SinkCounter.OFFERED) + value(SinkCounter.GAPS_ADDED) + value(SinkCounter.SPOOL_FOUND));
    }

    private void open(Path dir, QueueLimits limits) {
        SpoolSpec spool = new SpoolSpec(dir, 1 << 20, Duration.ofHours(1), 100);
        sink = KafkaSink.open(
                new KafkaSinkSpec("localhost:9092", "t", Map.of(), limits, Optional.of(spool)),
                Clock.system(),
                Broker::new);
    }

    private void open() {
        open(folder.resolve("spool"), QueueLimits.DEFAULT);
    }

    private long value(SinkCounter counter) {
        return sink.metrics().value(counter);
    }

    private String counts() {
        StringBuilder text = new StringBuilder(sink.metrics().state().wireName());
        for (SinkCounter counter : SinkCounter.values()) {
            text.append(' ').append(counter.metricName()).append('=').append(value(counter));
        }
        return text.append(" queued=").append(sink.metrics().queuedMessages()).toString();
    }

    private void await(String what, java.util.function.BooleanSupplier condition) {
        Await.until(what, Duration.ofSeconds(60), condition, this::counts);
    }

    private void offer(int frames) {
        for (int i = 0; i < frames; i++) {
            sink.offer(i % 20 == 7 ? camera.gap(i % 3) : camera.next(i % 5 == 0 ? 1 : 0));
        }
    }

    private Findings verify() {
        TopicVerifier verifier = new TopicVerifier();
        topic.forEach(verifier::add);
        return verifier.findings();
    }

    private void assertWhole() {
        Findings findings = verify();
        assertThat(findings.isComplete()).as(findings + counts()).isTrue();
        assertThat(findings.disorder()).isZero();
        assertThat(findings.epochs().get(0).lastFrameSeq()).isEqualTo(camera.lastFrameSeq());
    }

    /** Else it would drive out the messages of cameras, or its own. */
    @Test
    void aRecordingIsHeldBackWhileTheSpoolIsThreeQuartersFull() {
        away = true;
        open();
        List<String> told = new CopyOnWriteArrayList<>();
        sink.onRoom(() -> told.add("room"));
        long put = 0;
        while (sink.hasRoom()) {
            sink.put(camera.next());
            put++;
            long so = put;
            await("on disk", () -> value(SinkCounter.SPOOLED) == so);
            assertThat(sink.metrics().spoolBytes()).as("held back by then").isLessThan(15L << 16);
        }
        assertThat(sink.metrics().spoolBytes()).isBetween(3L << 18, 15L << 16);
        assertThat(sink.offer(camera.next())).as("a camera's").isTrue();
        told.clear();
        away = false;
        long all = put + 1;
        await("all", () -> value(SinkCounter.ACKNOWLEDGED) == all && sink.hasRoom());
        await("told", () -> !told.isEmpty());
        assertThat(value(SinkCounter.SPOOL_DROPPED_BYTES)).isZero();
    }

    @Test
    void sendsWithoutReadingBackWhileTheBrokerIsThere() {
        open();
        offer(500);
        assertThat(sink.close(Duration.ofSeconds(240))).as(counts()).isTrue();
        assertWhole();
        assertThat(verify().duplicates()).isZero();
        assertThat(value(SinkCounter.SPOOLED)).isEqualTo(500);
        assertThat(sink.metrics().spoolMessages()).isZero();
    }

    @Test
    void keepsOnDiskWhatTheBrokerDoesNotTakeAndSendsItInOrder() {
        away = true;
        open(folder.resolve("spool"), new QueueLimits(5_000, 32 << 20));
        offer(3_500);
        await("all spooled", () -> value(SinkCounter.SPOOLED) == 3_500);
        assertThat(sink.metrics().spoolMessages()).isGreaterThan(1_000);
        assertThat(sink.metrics().spoolOldestUtcNs()).isPositive();
        away = false;
        offer(100);
        await("all sent", () -> sink.metrics().queuedMessages() == 0);
        assertWhole();
        assertThat(value(SinkCounter.REPLAYED)).isPositive();
        assertThat(value(SinkCounter.DROPPED_QUEUE_FULL)).isZero();
    }

    @Test
    void sendsAfterARestartWhatTheRunBeforeCouldNot() {
        away = true;
        open();
        offer(200);
        await("all spooled", () -> value(SinkCounter.SPOOLED) == 200);
        await("state", () -> sink.metrics().state() == SinkState.UNREACHABLE);
        long beforeNs = System.nanoTime();
        assertThat(sink.close(Duration.ofMinutes(10))).isFalse();
        assertThat(System.nanoTime() - beforeNs).as("closing waits for nothing").isLessThan(60_000_000_000L);
        assertThat(value(SinkCounter.FAILED) + value(SinkCounter.UNKNOWN)).isZero();
        assertCounted();
        away = false;
        open();
        assertThat(value(SinkCounter.SPOOL_FOUND)).isEqualTo(200);
        await("all sent", () -> sink.metrics().queuedMessages() == 0);
        assertWhole();
        assertThat(verify().duplicates()).isZero();
        assertThat(value(SinkCounter.GAPS_ADDED)).as("ended in order").isZero();
    }

    @Test
    void setsAsideWhatNoBrokerTakes() throws IOException {
        open();
        offer(10);
        sink.offer(camera.next(0, 250));
        offer(10);
        assertThat(sink.close(Duration.ofSeconds(240))).as(counts()).isTrue();
        assertWhole();
        assertThat(verify().gapFrames()).containsEntry("not-published", 1L);
        assertThat(value(SinkCounter.DEAD_LETTERS)).isEqualTo(1);
        assertThat(Files.readAllLines(folder.resolve("spool/dead-letters.jsonl")))
                .singleElement()
                .asString()
                .contains(
                        "\"reason\":\"RecordTooLargeException: longer than 20000\"", "\"message\":{\"schemaVersion\"");
    }

    @Test
    void countsWhatFindsNoRoomAsDroppedFromTheSpool() {
        away = true;
        open();
        for (int i = 0; i < 4_000; i++) {
            offer(1);
            if (i % 100 == 0) {
                await("spooled", () -> value(SinkCounter.SPOOLED) + value(SinkCounter.DROPPED_QUEUE_FULL) > 0);
            }
        }
        await("spool bounded", () -> sink.metrics().spoolBytes() <= 1 << 20 && value(SinkCounter.SPOOLED) == 4_000);
        away = false;
        await("all sent", () -> sink.metrics().queuedMessages() == 0);
        assertWhole();
        assertThat(verify().gapFrames().get("spool-full")).isPositive();
    }

    @Test
    void staysUpOnAFullDiskAndComesBack() throws IOException {
        Path disk = smallDisk();
        try {
            Path spool = disk.resolve("spool");
            away = true;
            open(spool, SMALL);
            offer(1);
            await("spooled", () -> value(SinkCounter.SPOOLED) == 1);
            fill(disk);
            offer(2_000);
            await("trouble", () -> value(SinkCounter.DISK_ERRORS) > 0);
            away = false;
            await("sent past the full disk", () -> sink.metrics().queuedMessages() == 0);
            offer(20);
            await("sent past the full disk", () -> sink.metrics().queuedMessages() == 0);
            await("named", () -> sink.metrics().state() == SinkState.DISK_FULL);
            assertWhole();
            assertThat(verify().gapFrames().get("not-published")).isPositive();
            Files.delete(disk.resolve("other"));
            long spooled = value(SinkCounter.SPOOLED);
            offer(20);
            await("spooled again", () -> value(SinkCounter.SPOOLED) == spooled + 20);
            await("ready", () -> sink.metrics().state() == SinkState.READY);
            assertThat(sink.close(Duration.ofSeconds(240))).as(counts()).isTrue();
            assertWhole();
        } finally {
            sink.close(Duration.ZERO);
            mount("umount", "-l", disk.toString());
        }
    }

    @Test
    void whatWentPastAFullDiskIsKeptAsSoonAsThereIsRoom() throws IOException {
        Path disk = smallDisk();
        try {
            Path spool = disk.resolve("spool");
            away = true;
            open(spool, QueueLimits.DEFAULT);
            offer(1);
            await("spooled", () -> value(SinkCounter.SPOOLED) == 1);
            fill(disk);
            offer(30);
            await("past it", () -> value(SinkCounter.DISK_ERRORS) > 0);
            Files.delete(disk.resolve("other"));
            offer(5);
            await("kept", () -> value(SinkCounter.SPOOLED) == 36);
            assertThat(sink.close(Duration.ofSeconds(30))).isFalse();
            assertThat(value(SinkCounter.FAILED) + value(SinkCounter.UNKNOWN)).isZero();
            assertCounted();

            away = false;
            open(spool, QueueLimits.DEFAULT);
            await("all sent", () -> sink.metrics().queuedMessages() == 0);
            assertWhole();
            assertThat(verify().duplicates()).isZero();
        } finally {
            sink.close(Duration.ZERO);
            mount("umount", "-l", disk.toString());
        }
    }

    @Test
    void whatIsLostPastADiskThatStaysFullIsToldByTheNextStart() throws IOException {
        Path disk = smallDisk();
        try {
            Path spool = disk.resolve("spool");
            away = true;
            open(spool, QueueLimits.DEFAULT);
            offer(1);
            await("spooled", () -> value(SinkCounter.SPOOLED) == 1);
            fill(disk);
            offer(30);
            await(
                    "past it",
                    () -> value(SinkCounter.DISK_ERRORS) > 0
                            && sink.metrics().state().isFailure());
            assertThat(sink.close(Duration.ofMillis(500))).as("all arrived").isFalse();
            assertThat(value(SinkCounter.FAILED) + value(SinkCounter.UNKNOWN)).isPositive();

            Files.delete(disk.resolve("other"));
            away = false;
            open(spool, QueueLimits.DEFAULT);
            await("all sent", () -> sink.metrics().queuedMessages() == 0);
            assertThat(topic).anyMatch(message -> new String(message, UTF_8).contains("\"reason\":\"unknown\""));
        } finally {
            sink.close(Duration.ZERO);
            mount("umount", "-l", disk.toString());
        }
    }

    private Path smallDisk() throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                mount("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk.toString()),
                "no small disk: mounting a tmpfs needs root");
        return disk;
    }

    private static boolean mount(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(120, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void fill(Path disk) throws IOException {
        List<byte[]> written = new ArrayList<>();
        try (var out = Files.newOutputStream(disk.resolve("other"))) {
            while (written.size() < 1_000) {
                out.write(new byte[1024]);
                written.add(new byte[0]);
            }
            throw new AssertionError("the disk is not small");
        } catch (IOException expected) {
            // Full.
        }
    }
}
