package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageSchema;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(300)
class SpoolTest {
    private static final MessageSchema SCHEMA = new MessageSchema();

    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final Camera camera = new Camera("line1", clock);
    private final Camera other = new Camera("line2", clock);
    private final List<EncodedMessage> received = new ArrayList<>();
    private final List<Long> unsettled = new ArrayList<>();
    private SinkMetrics metrics = new SinkMetrics("kafka:t");
    private Spool spool;
    private int copies;

    /** Each torn and damaged byte is told in a line. */
    @BeforeAll
    static void quiet() {
        Logger log = (Logger) LoggerFactory.getLogger(SpoolTest.class.getPackageName());
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        if (spool != null) {
            spool.close();
        }
    }

    private SpoolSpec spec(long maxBytes) {
        return new SpoolSpec(folder.resolve("spool"), maxBytes, Duration.ofHours(1), 1_000);
    }

    private void open() {
        spool = Spool.open(spec(1 << 20), metrics, clock);
    }

    private void append(EncodedMessage... messages) throws IOException {
        for (EncodedMessage message : messages) {
            spool.append(message);
        }
    }

    /** Hands over at most so many. */
    private void receive(int most) throws IOException {
        int[] left = {most};
        spool.pump((message, offset) -> {
            if (left[0] == 0) {
                return false;
            }
            left[0]--;
            received.add(message);
            unsettled.add(offset);
            return true;
        });
    }

    private void settleAll() throws IOException {
        unsettled.forEach(spool::settled);
        unsettled.clear();
        spool.maintain();
    }

    /** The directory as another process would find it if this one were killed now. */
    private Path killed() throws IOException {
        Path copy = folder.resolve("copy-" + copies++);
        copy(spec(1 << 20).dir(), copy);
        return copy;
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private Spool reopen(Path dir) {
        metrics = new SinkMetrics("kafka:t");
        return Spool.open(new SpoolSpec(dir, 1 << 20, Duration.ofHours(1), 1_000), metrics, clock);
    }

    private static List<EncodedMessage> all(Spool from) throws IOException {
        List<EncodedMessage> all = new ArrayList<>();
        from.pump((message, offset) -> all.add(message));
        return all;
    }

    private static List<String> ids(List<EncodedMessage> messages) {
        return messages.stream().map(EncodedMessage::messageId).toList();
    }

    private static Findings verify(List<EncodedMessage> messages) {
        TopicVerifier verifier = new TopicVerifier();
        messages.forEach(message -> {
            if (message.type() != MessageType.FRAME) {
                SCHEMA.accepts(message.bytes());
            }
            verifier.add(message.bytes());
        });
        return verifier.findings();
    }

    private long value(SinkCounter counter) {
        return metrics.value(counter);
    }

    /** What is concluded from the last frames may come behind the source's last word. */
    @Test
    void anEventBehindTheLastWordOfARunLeavesItOver() throws IOException {
        open();
        append(camera.next(), Sample.json(clock).gap(Sample.gap("line1", 9, GapReason.ENDED, 1, 1)), camera.event());
        Spool next = reopen(killed());
        assertThat(next.farewells()).isEmpty();
        assertThat(all(next))
                .extracting(EncodedMessage::type)
                .containsExactly(MessageType.FRAME, MessageType.GAP, MessageType.EVENT);
    }

    /** It is a message as the others: its key covers no frames. */
    @Test
    void eventsAreNoHolesInARun() throws IOException {
        open();
        append(camera.next(), camera.event(), camera.next(3), camera.gap(2), camera.event(), camera.next());
        Spool next = reopen(killed());
        List<EncodedMessage> found = all(next);
        assertThat(found).hasSize(6);
        assertThat(verify(found).isComplete()).isTrue();
    }

    @Test
    void handsOverInOrderWhatWasAppendedWithAllItHas() throws IOException {
        open();
        EncodedMessage frame = camera.next(2);
        EncodedMessage gap = camera.gap(3);
        append(frame, gap, other.next());
        receive(10);
        assertThat(received).hasSize(3);
        for (int i = 0; i < 2; i++) {
            EncodedMessage sent = i == 0 ? frame : gap;
            assertThat(received.get(i)).usingRecursiveComparison().isEqualTo(sent);
        }
        assertThat(spool.messages()).isEqualTo(3);
        settleAll();
        assertThat(spool.messages()).isZero();
        assertThat(spool.isHandedOver()).isTrue();
    }

    @Test
    void replaysAfterACrashWhatWasNotAnswered() throws IOException {
        open();
        for (int i = 0; i < 10; i++) {
            append(camera.next());
        }
        receive(6);
        for (int i = 0; i < 4; i++) {
            spool.settled(unsettled.get(i));
        }
        spool.maintain();
        Spool next = reopen(killed());
        assertThat(value(SinkCounter.SPOOL_FOUND)).isEqualTo(6);
        assertThat(ids(all(next)))
                .containsExactly(Stream.of(5, 6, 7, 8, 9, 10)
                        .map(n -> "line1/" + Sample.EPOCH + "/" + n)
                        .toArray(String[]::new));
        next.close();
    }

    /** The frames were in the topic and counted in a gap of reason spool-full, too. */
    @Test
    void doesNotCountAsDroppedWhatARunBeforeACrashHandedOver() throws IOException {
        open();
        for (int i = 0; i < 100; i++) {
            append(camera.next());
        }
        receive(60);
        Spool next = reopen(killed());
        for (int i = 0; i < 1_000; i++) {
            next.append(camera.next(0, 50));
            next.maintain();
        }
        assertThat(value(SinkCounter.SPOOL_DROPPED_BYTES)).isPositive();
        assertThat(metrics.spoolBytes()).isLessThanOrEqualTo(1 << 20);
        received.addAll(all(next));
        next.close();
        Findings findings = verify(received);
        assertThat(findings.isComplete()).as(findings.toString()).isTrue();
        assertThat(findings.duplicates()).isEqualTo(60);
    }

    @Test
    void tellsUpToWhereTheRunBeforeIsKnownUnlessItEndedInOrder() throws IOException {
        open();
        append(camera.next(), camera.next(4), other.next());
        receive(10);
        settleAll();
        Path killed = killed();
        spool.finish();
        spool.close();

        clock.advanceMs(60_000);
        Spool afterCrash = reopen(killed);
        assertThat(afterCrash.farewells())
                .extracting(EncodedMessage::messageId)
                .containsExactly("line1/" + Sample.EPOCH + "/u1", "line2/" + Sample.EPOCH + "/u1");
        EncodedMessage farewell = afterCrash.farewells().get(0);
        assertThat(farewell.key().frameSeq()).isEqualTo(6);
        SCHEMA.accepts(farewell.bytes());
        assertThat(new String(farewell.bytes(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"reason\":\"unknown\"", "\"since\":\"2026-11-22T13:40:00.123456Z\"")
                .contains("\"until\":\"2026-11-22T13:41:00.123456Z\"");
        afterCrash.append(farewell);
        Path killedAgain = folder.resolve("again");
        copy(killed, killedAgain);
        afterCrash.close();
        Spool afterSecond = reopen(killedAgain);
        assertThat(afterSecond.farewells())
                .extracting(m -> m.sourceId().value())
                .containsExactly("line2");
        afterSecond.close();

        open();
        assertThat(spool.farewells()).isEmpty();
    }

    @Test
    void tellsOfAKilledRunWhoseOnlyFileIsGone() throws IOException {
        open();
        append(camera.next(), camera.next());
        receive(2);
        settleAll();
        append(camera.next());
        Path killed = killed();
        Files.delete(killed.resolve(Segment.fileName(0)));
        Spool next = reopen(killed);
        assertThat(next.farewells())
                .extracting(EncodedMessage::messageId)
                .containsExactly("line1/" + Sample.EPOCH + "/u1");
        next.close();
    }

    @Test
    void knowsTheLastFramesAfterTheirFilesAreDeleted() throws IOException {
        open();
        for (int i = 0; i < 200; i++) {
            append(camera.next(0, 100));
            receive(1);
            settleAll();
        }
        assertThat(metrics.spoolBytes()).isLessThan(1 << 20);
        Spool next = reopen(killed());
        assertThat(next.messages()).isZero();
        assertThat(next.farewells())
                .singleElement()
                .extracting(m -> m.key().frameSeq())
                .isEqualTo(200L);
        next.append(camera.next());
        assertThat(all(next)).hasSize(1);
        next.close();
    }

    @Test
    void cutsATornTailAtEveryByte() throws IOException {
        open();
        append(camera.next(), camera.gap(2), camera.next());
        Path file = onlySegment(spec(1 << 20).dir());
        byte[] whole = Files.readAllBytes(file);
        List<Integer> ends = ends(whole);
        assertThat(ends).hasSize(3);
        for (int length = 0; length < whole.length; length++) {
            Path dir = Files.createDirectory(folder.resolve("torn" + length));
            Files.write(dir.resolve(file.getFileName()), java.util.Arrays.copyOf(whole, length));
            int expected = (int) ends.stream().filter(within(length)).count();
            Spool torn = reopen(dir);
            List<EncodedMessage> left = all(torn);
            assertThat(left).as("cut at " + length).hasSize(expected);
            assertThat(verify(left).isComplete()).isTrue();
            torn.append(camera.next());
            assertThat(all(torn)).as("goes on after " + length).hasSize(1);
            torn.close();
        }
    }

    private static java.util.function.Predicate<Integer> within(int length) {
        return end -> end <= length;
    }

    private static List<Integer> ends(byte[] segment) {
        List<Integer> ends = new ArrayList<>();
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(segment);
        for (int at = SpoolFormat.FILE_HEADER_BYTES; at < segment.length; ) {
            at += SpoolFormat.HEAD_BYTES + bytes.getInt(at + 12) + bytes.getInt(at + 16);
            ends.add(at);
        }
        return ends;
    }

    private static Path onlySegment(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void survivesDamagedCursorAndStateAtEveryByte() throws IOException {
        open();
        append(camera.next(), camera.next());
        receive(1);
        settleAll();
        spool.close();
        for (String name : List.of("spool.cursor", "spool.state")) {
            byte[] whole = Files.readAllBytes(spec(1 << 20).dir().resolve(name));
            for (int at = 0; at < whole.length; at++) {
                Path dir = folder.resolve(name + at);
                copy(spec(1 << 20).dir(), dir);
                byte[] damaged = whole.clone();
                damaged[at] ^= 0x40;
                Files.write(dir.resolve(name), damaged);
                Spool read = reopen(dir);
                assertThat(ids(all(read)).get(read.messages() == 2 ? 1 : 0)).endsWith("/2");
                assertThat(read.append(camera.next())).as("new offset").isGreaterThanOrEqualTo(2);
                read.close();
            }
        }
        spool = null;
    }

    @Test
    void dropsTheOldestFramesBeyondItsBytesAndKeepsTheGaps() throws IOException {
        open();
        long seq = 0;
        for (int i = 0; i < 3_000; i++) {
            append(i % 100 == 50 ? camera.gap(i % 3) : camera.next(0, 10), other.next(i % 2, 5));
            spool.maintain();
            seq = other.lastFrameSeq();
            assertThat(metrics.spoolBytes()).isLessThanOrEqualTo(1 << 20);
        }
        receive(Integer.MAX_VALUE);
        Findings findings = verify(received);
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.disorder() + findings.duplicates()).isZero();
        assertThat(findings.gapFrames().get("spool-full")).isGreaterThan(2_000);
        assertThat(received.stream().filter(m -> m.messageId().contains("/g"))).hasSize(30);
        assertThat(findings.epochs().stream()
                        .mapToLong(Findings.Epoch::lastFrameSeq)
                        .sum())
                .isEqualTo(seq + camera.lastFrameSeq());
        assertThat(value(SinkCounter.SPOOL_DROPPED_BYTES)).isGreaterThan(2_000);
        assertThat(value(SinkCounter.SPOOLED) + value(SinkCounter.GAPS_ADDED))
                .isEqualTo(value(SinkCounter.SPOOL_DROPPED_BYTES) + spool.messages());
        settleAll();
        assertThat(spool.messages()).isZero();
    }

    @Test
    void dropsGapsTooWhenNothingElseIsLeft() throws IOException {
        open();
        for (int i = 0; i < 6_000; i++) {
            append(camera.gap(i % 2));
            spool.maintain();
            assertThat(metrics.spoolBytes()).isLessThanOrEqualTo(1 << 20);
        }
        append(camera.next());
        receive(Integer.MAX_VALUE);
        assertThat(verify(received).isComplete()).isTrue();
        assertThat(value(SinkCounter.SPOOL_DROPPED_BYTES)).isPositive();
    }

    @Test
    void dropsFramesThatAreTooOld() throws IOException {
        open();
        for (int i = 0; i < 100; i++) {
            append(camera.next());
            clock.advanceMs(60_000);
            spool.maintain();
        }
        receive(Integer.MAX_VALUE);
        Findings findings = verify(received);
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.frames()).isBetween(55L, 65L);
        assertThat(value(SinkCounter.SPOOL_DROPPED_AGE)).isGreaterThan(30);
        assertThat(received.get(0).messageId()).contains("/s");
    }

    @Test
    void leavesAloneWhatIsOnItsWay() throws IOException {
        open();
        append(camera.next(), camera.next());
        receive(2);
        for (int i = 0; i < 3_000; i++) {
            append(camera.next(0, 10));
            spool.maintain();
        }
        Spool next = reopen(killed());
        List<EncodedMessage> replayed = all(next);
        assertThat(ids(replayed).subList(0, 2)).allMatch(id -> id.endsWith("/1") || id.endsWith("/2"));
        assertThat(verify(replayed).isComplete()).isTrue();
        next.close();
    }

    /** As a damaged file that must be repaired says it: a mistake in the configuration is never started again. */
    @Test
    void tellsAFullDiskFromAMistake() {
        IOException full = new IOException("No space left on device");
        assertThat(new SpoolException("what is in x cannot be read", full).isDiskFull())
                .isTrue();
        assertThat(new SpoolException("x", new java.nio.file.AccessDeniedException("x")).isDiskFull())
                .isFalse();
        assertThat(new SpoolException("x is in use").isDiskFull()).isFalse();
    }

    @Test
    void refusesADirectoryThatIsInUse() {
        open();
        assertThatThrownBy(() -> Spool.open(spec(1 << 20), metrics, clock))
                .isInstanceOf(SpoolException.class)
                .hasMessage(spec(1 << 20).dir() + " is in use by another Ringsight (process "
                        + ProcessHandle.current().pid() + ")");
    }
}
