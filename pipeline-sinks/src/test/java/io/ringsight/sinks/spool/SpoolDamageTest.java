package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageSchema;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a disk may do to a spool's files: only what it hit is lost, and the topic is told. */
@Timeout(300)
class SpoolDamageTest {
    private static final MessageSchema SCHEMA = new MessageSchema();
    private static final int MESSAGES = 40;
    private static final String LATER_EPOCH = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final Camera camera = new Camera("line1", clock);
    private final Camera other = new Camera("line2", clock);
    private SinkMetrics metrics = new SinkMetrics("kafka:t");
    private int copies;

    @BeforeAll
    static void quiet() {
        Logger log = (Logger) LoggerFactory.getLogger(SpoolDamageTest.class.getPackageName());
        log.setLevel(Level.OFF);
    }

    private Spool open(Path dir) {
        metrics = new SinkMetrics("kafka:t");
        return Spool.open(new SpoolSpec(dir, 1 << 20, Duration.ofHours(1), 1_000), metrics, clock);
    }

    /** The directory of a run that was killed. */
    private Path written(int messages, int objects) throws IOException {
        Path dir = folder.resolve("written");
        Spool spool = open(dir);
        for (int i = 0; i < messages; i++) {
            Camera from = i % 3 == 0 ? other : camera;
            EncodedMessage next =
                    i % 10 == 7 ? camera.gap(i % 3) : i % 8 == 5 ? other.event() : from.next(i % 2, objects);
            spool.append(next);
        }
        // without its end: as killed, but the state on disk is of just now
        spool.close();
        return dir;
    }

    private Path copy(Path dir) throws IOException {
        Path copy = folder.resolve("copy" + copies++);
        SpoolTest.copy(dir, copy);
        return copy;
    }

    private static List<Path> segments(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.toString().endsWith(Segment.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    /** All that the topic gets from the next run, its first messages included. */
    private List<EncodedMessage> topic(Path dir) throws IOException {
        try (Spool spool = open(dir)) {
            for (EncodedMessage farewell : spool.farewells()) {
                spool.append(farewell);
            }
            List<EncodedMessage> topic = new ArrayList<>();
            spool.pump((message, offset) -> topic.add(message));
            return topic;
        }
    }

    private Findings accounted(List<EncodedMessage> topic, String as) {
        TopicVerifier verifier = new TopicVerifier();
        topic.forEach(message -> {
            if (message.type() != MessageType.FRAME) {
                SCHEMA.accepts(message.bytes());
            }
            verifier.add(message.bytes());
        });
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).as("%s: %s", as, findings).isTrue();
        assertThat(findings.disorder() + findings.duplicates()).as(as).isZero();
        assertThat(findings.epochs())
                .as(as)
                .extracting(Findings.Epoch::lastFrameSeq)
                .contains(camera.lastFrameSeq(), other.lastFrameSeq());
        return findings;
    }

    private static long ofRun(List<EncodedMessage> topic) {
        return topic.stream()
                .filter(m -> !m.messageId().matches(".*/[du][0-9]+"))
                .count();
    }

    private long value(SinkCounter counter) {
        return metrics.value(counter);
    }

    @Test
    void losesOneMessageForAFlippedBitAnywhereAndTellsIt() throws IOException {
        Path killed = written(MESSAGES, 0);
        Path name = segments(killed).get(0).getFileName();
        byte[] whole = Files.readAllBytes(killed.resolve(name));
        Random random = new Random(seed);
        for (int at = random.nextInt(7); at < whole.length; at += 1 + random.nextInt(150)) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Path dir = copy(killed);
            Files.write(dir.resolve(name), flipped);
            String as = "-Dseed=" + seed + ", byte " + at;
            List<EncodedMessage> topic = topic(dir);
            accounted(topic, as);
            boolean inHeader = at < SpoolFormat.FILE_HEADER_BYTES;
            assertThat(ofRun(topic)).as(as).isEqualTo(inHeader ? MESSAGES : MESSAGES - 1);
            boolean looksIncomplete = isLengthOfLastFacts(at, whole);
            if (!looksIncomplete) {
                assertThat(value(SinkCounter.SPOOL_DAMAGED)).as(as).isEqualTo(inHeader ? 0 : 1);
            }
            assertThat(value(SinkCounter.DISK_ERRORS)).as(as).isEqualTo(1);
            if (!inHeader && !looksIncomplete) {
                assertThat(dir.resolve(DamagedBytes.FOLDER)).as(as).isNotEmptyDirectory();
            }
        }
    }

    /** A longer head than there are bytes is what a kill leaves, too: told like the end of a killed run, not as damage. */
    private static boolean isLengthOfLastFacts(int at, byte[] file) {
        int last = file.length - 1;
        while (file[last] != SpoolFormat.MAGIC_FIRST || SpoolFormat.headBytes(headAt(last, file)) < 0) {
            last--;
        }
        int length = last + Integer.BYTES + Long.BYTES;
        return at >= length && at < length + Integer.BYTES;
    }

    private static ByteBuffer headAt(int at, byte[] file) {
        byte[] head = Arrays.copyOfRange(file, at, at + SpoolFormat.HEAD_BYTES);
        return ByteBuffer.wrap(head);
    }

    @Test
    void tellsWhatTheDiskDamagedAfterARunThatEndedInOrder() throws IOException {
        Path dir = folder.resolve("ended");
        Spool spool = open(dir);
        for (int i = 0; i < 10; i++) {
            spool.append(camera.next());
            spool.append(other.next());
        }
        spool.finish();
        spool.close();
        Path file = segments(dir).get(0);
        byte[] bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, bytes.length - 1_000, bytes.length, (byte) 0);
        Files.write(file, bytes);
        accounted(topic(dir), "zeros at the end");
        assertThat(value(SinkCounter.GAPS_ADDED)).isEqualTo(2);
    }

    /** Deleted by somebody while nothing ran, and with them the gap messages that told how the run before ended. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void tellsTheEndOfAnEarlierRunWhoseFilesAreGone(int firstDeleted) throws IOException {
        Path dir = written(MESSAGES, 0);
        Spool second = open(dir);
        for (EncodedMessage farewell : second.farewells()) {
            second.append(farewell);
        }
        MessageJson json = new MessageJson(LATER_EPOCH, clock);
        second.append(json.frame(Sample.frame("line2", 1, 0)));
        second.append(json.frame(Sample.frame("line1", 1, 0)));
        second.close();
        List<Path> files = segments(dir);
        assertThat(files).hasSize(2);
        for (Path file : files.subList(firstDeleted, 2)) {
            Files.delete(file);
        }

        List<EncodedMessage> topic = topic(dir);

        accounted(topic, "files from " + firstDeleted);
        assertThat(ends(topic, Sample.EPOCH)).containsExactlyInAnyOrder(camera.lastFrameSeq(), other.lastFrameSeq());
        assertThat(ends(topic, LATER_EPOCH)).hasSize(2);
        assertThat(topic(dir)).as("told once").hasSameSizeAs(topic);
    }

    /** The last frames that gap messages of reason unknown of a run name. */
    private static List<Long> ends(List<EncodedMessage> topic, String epoch) {
        return topic.stream()
                .filter(message -> message.key().streamEpoch().equals(epoch))
                .filter(message ->
                        new String(message.bytes(), StandardCharsets.UTF_8).contains("\"reason\":\"unknown\""))
                .map(message -> message.key().frameSeq())
                .toList();
    }

    @Test
    void survivesWhatADiskDoesToWholeFiles() throws IOException {
        Path killed = written(600, 20);
        List<Path> files = segments(killed);
        assertThat(files).hasSizeGreaterThan(4);
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            Path dir = copy(killed);
            Path victim = dir.resolve(files.get(random.nextInt(files.size())).getFileName());
            Path second = dir.resolve(files.get(random.nextInt(files.size())).getFileName());
            String as = "-Dseed=" + seed + ", round " + i + ": " + harm(random, victim, second);
            accounted(topic(dir), as);
            accounted(topic(dir), as + ", read again");
        }
    }

    private static String harm(Random random, Path victim, Path second) throws IOException {
        byte[] bytes = Files.readAllBytes(victim);
        int from = random.nextInt(bytes.length);
        int to = from + random.nextInt(bytes.length - from);
        int kind = random.nextInt(7);
        switch (kind) {
            case 0 -> Files.delete(victim);
            case 1 -> Files.write(victim, java.util.Arrays.copyOf(bytes, from));
            case 2 -> {
                java.util.Arrays.fill(bytes, from, to, (byte) 0);
                Files.write(victim, bytes);
            }
            case 3 -> {
                random.nextBytes(bytes);
                Files.write(victim, bytes);
            }
            case 4 -> {
                Files.write(victim, Files.readAllBytes(second));
                Files.write(second, bytes);
            }
            case 5 -> Files.write(victim.resolveSibling(Segment.fileName(10_000 + from)), bytes);
            default -> {
                java.util.Arrays.fill(bytes, 0, SpoolFormat.FILE_HEADER_BYTES, (byte) 7);
                Files.write(victim, bytes);
            }
        }
        return "harm " + kind + " to " + victim.getFileName() + ", bytes " + from + " to " + to;
    }

    @Test
    void tellsWhatTheDiskDamagesWhileItRuns() throws IOException {
        Path dir = folder.resolve("running");
        Spool spool = open(dir);
        for (int i = 0; i < 100; i++) {
            spool.append(camera.next(0, 20));
        }
        Path file = segments(dir).get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        for (int i = 0; i < 10; i++) {
            spool.append(camera.next(0, 20));
        }
        List<EncodedMessage> topic = new ArrayList<>();
        spool.pump((message, offset) -> topic.add(message));
        spool.append(other.next());
        spool.pump((message, offset) -> topic.add(message));
        accounted(topic, "bit flipped under way");
        assertThat(ofRun(topic)).isEqualTo(110);
        assertThat(value(SinkCounter.SPOOL_DAMAGED)).isEqualTo(1);
        assertThat(spool.messages())
                .isEqualTo(
                        value(SinkCounter.SPOOLED) + value(SinkCounter.GAPS_ADDED) - value(SinkCounter.SPOOL_DAMAGED));
        spool.close();
    }

    @Test
    void leavesFilesOfANewerVersionAloneAndRefusesToStart() throws IOException {
        Path dir = written(3, 0);
        Path file = dir.resolve(Segment.fileName(77));
        ByteBuffer header = ByteBuffer.allocate(SpoolFormat.FILE_HEADER_BYTES).put(SpoolFormat.fileHeader(77, false));
        header.putInt(8, 3);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(header.array(), 0, 24);
        header.putInt(24, (int) crc.getValue());
        Files.write(file, header.array());
        assertThatThrownBy(() -> open(dir))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining(file + " was written by a newer Ringsight (spool format 3")
                .hasMessageContaining("move the directory away");
        assertThat(Files.readAllBytes(file)).isEqualTo(header.array());
        assertThat(segments(dir)).hasSize(2);
    }

    @Test
    void takesOverWhatVersion010Left() throws IOException {
        Path dir = legacy();
        Spool spool = open(dir);
        assertThat(spool.messages()).isEqualTo(11);
        List<EncodedMessage> topic = new ArrayList<>(spool.farewells());
        assertThat(topic).hasSize(2);
        topic.clear();
        spool.pump((message, offset) -> topic.add(message));
        assertThat(topic)
                .extracting(EncodedMessage::messageId)
                .startsWith("line1/" + Sample.EPOCH + "/203", "line2/" + Sample.EPOCH + "/2")
                .endsWith("line1/" + Sample.EPOCH + "/g1");
        assertThat(topic).hasSize(11);
        spool.close();
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.endsWith(".log"));
        }
        try (Spool again = open(dir)) {
            assertThat(again.messages()).isEqualTo(11);
        }
    }

    @Test
    void losesOneMessageOfVersion010ForAFlippedBit() throws IOException {
        Path dir = legacy();
        Path file = dir.resolve("00000000000000000210.log");
        byte[] bytes = Files.readAllBytes(file);
        bytes[200] ^= 1;
        Files.write(file, bytes);
        try (Spool spool = open(dir)) {
            List<EncodedMessage> topic = new ArrayList<>();
            spool.pump((message, offset) -> topic.add(message));
            assertThat(ofRun(topic)).isEqualTo(10);
            assertThat(topic).anyMatch(m -> m.messageId().matches(".*/d[0-9]+"));
        }
    }

    /** What 0.1.0 had written when it was killed: 213 messages, 202 of them answered and one on its way. */
    private Path legacy() throws IOException {
        Path dir = folder.resolve("legacy");
        Files.createDirectories(dir);
        for (String name : List.of("00000000000000000170.log", "00000000000000000210.log", "cursor", "state")) {
            try (var in = getClass().getResourceAsStream("/spool-0.1.0/" + name)) {
                Files.copy(in, dir.resolve(name));
            }
        }
        return dir;
    }
}
