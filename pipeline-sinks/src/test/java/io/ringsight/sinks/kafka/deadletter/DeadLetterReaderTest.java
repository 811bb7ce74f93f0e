package io.ringsight.sinks.kafka.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sink sets aside, read back. */
class DeadLetterReaderTest {
    @TempDir
    private Path dir;

    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final Camera camera = new Camera("line1", clock);
    private DeadLetters letters;

    private void add(EncodedMessage message, String reason) {
        if (letters == null) {
            letters = new DeadLetters(dir, "t", new SinkMetrics("kafka:t"), clock);
        }
        letters.add(message, reason);
    }

    @AfterEach
    void close() {
        if (letters != null) {
            letters.close();
        }
    }

    private List<DeadLetter> read() throws IOException {
        List<DeadLetter> all = new ArrayList<>();
        try (DeadLetterReader reader = DeadLetterReader.open(dir)) {
            for (DeadLetter letter = reader.next(); letter != null; letter = reader.next()) {
                all.add(letter);
            }
        }
        return all;
    }

    private List<String> names() throws IOException {
        return read().stream().map(DeadLetter::messageId).toList();
    }

    @Test
    void givesTheMessagesBackByteForByteWithTheirReasons() throws IOException {
        EncodedMessage frame = camera.next(3, 5);
        EncodedMessage gap = camera.gap(2);
        add(frame, "too \"large\" {\n} ü");
        add(gap, "");

        List<DeadLetter> all = read();

        assertThat(all).hasSize(2);
        DeadLetter first = all.get(0);
        assertThat(first.message().bytes()).isEqualTo(frame.bytes());
        assertThat(first.message().key()).isEqualTo(frame.key());
        assertThat(first.message().utc()).isEqualTo(frame.utc());
        assertThat(first.topic()).isEqualTo("t");
        assertThat(first.reason()).isEqualTo("too \"large\" {\n} ü");
        assertThat(first.setAsideAt()).startsWith("2026-11-22T");
        assertThat(first.firstFrameSeq()).isEqualTo(1);
        assertThat(first.lastFrameSeq()).isEqualTo(4);
        assertThat(all.get(1).message().type()).isEqualTo(MessageType.GAP);
        assertThat(all.get(1).message().bytes()).isEqualTo(gap.bytes());
    }

    @Test
    void thereAreNoneWhereNothingWasSetAside() throws IOException {
        assertThat(read()).isEmpty();
        dir = dir.resolve("missing");
        assertThat(read()).isEmpty();
    }

    @Test
    void readsTheOlderFileFirstAndEachMessageOnce() throws IOException {
        EncodedMessage again = camera.next();
        add(again, "x");
        add(camera.next(), "x");
        letters.close();
        Files.move(DeadLetters.path(dir), DeadLetters.olderPath(dir));
        add(again, "x");
        add(camera.next(), "x");
        assertThat(read()).extracting(DeadLetter::lastFrameSeq).containsExactly(1L, 2L, 3L);
    }

    @Test
    void leavesDamagedLinesOutAndCountsThem() throws IOException {
        add(camera.next(), "x");
        append("not json\n{\"setAsideAt\":\"x\"}\n[]\n\n");
        append("{\"setAsideAt\":\"2026-11-22T13:40:00Z\",\"topic\":\"t\",\"message\":{\"type\":\"frame\"}}\n");
        add(camera.next(), "x");
        append("{\"setAsideAt\":\"half a li");
        try (DeadLetterReader reader = DeadLetterReader.open(dir)) {
            assertThat(reader.next().lastFrameSeq()).isEqualTo(1);
            assertThat(reader.next().lastFrameSeq()).isEqualTo(2);
            assertThat(reader.next()).isNull();
            assertThat(reader.unreadable()).isEqualTo(5);
        }
    }

    private void append(String text) throws IOException {
        Files.writeString(DeadLetters.path(dir), text, StandardOpenOption.APPEND);
    }

    @Test
    void leavesOutWhatWasSentAgainButNotWhatAKillCutOff() throws IOException {
        add(camera.next(), "x");
        add(camera.next(), "x");
        List<String> names = names();
        Files.writeString(dir.resolve("dead-letters.resent"), names.get(0) + "\n" + names.get(1));
        assertThat(names()).containsExactly(names.get(1));
    }

    @Test
    void marksOfLettersThatAreThereNoMoreAreForgotten() throws IOException {
        add(camera.next(), "x");
        String name = names().get(0);
        Files.writeString(dir.resolve("dead-letters.resent"), "gone/x/1\n" + name + "\n");
        ResentMarks.open(dir).close();
        assertThat(ResentMarks.read(dir)).isEqualTo(Set.of(name));
    }
}
