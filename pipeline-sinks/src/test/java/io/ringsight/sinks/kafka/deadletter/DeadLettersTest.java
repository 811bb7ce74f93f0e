package io.ringsight.sinks.kafka.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class DeadLettersTest {
    @TempDir
    private Path folder;

    private final Camera camera = new Camera("line1", Clock.system());
    private final SinkMetrics metrics = new SinkMetrics("kafka:t");
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(DeadLetters.class);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    /** A full disk and a broker that refuses everything wrote a line a message. */
    @Test
    void sayOnceThatMessagesCannotBeSetAsideAndCountEach() throws IOException {
        Path dir = Files.createFile(folder.resolve("no-folder"));
        DeadLetters letters = new DeadLetters(dir, "t", metrics, clock);
        for (int i = 0; i < 5; i++) {
            letters.add(camera.next(), "too large");
        }
        letters.close();
        assertThat(metrics.value(SinkCounter.DISK_ERRORS)).isEqualTo(5);
        assertThat(lines.list).hasSize(1);
    }

    @Test
    void droppedForWantOfRoomAreCountedToTheLastAndToldOnceAMinute() throws IOException {
        DeadLetters letters = small();
        for (int i = 0; i < 200; i++) {
            letters.add(camera.next(), "too large");
            clock.advanceMs(500);
        }
        letters.close();

        long dropped = metrics.value(SinkCounter.DEAD_LETTERS_DROPPED);
        assertThat(dropped).isPositive().isEqualTo(200 - left());
        assertThat(lines.list).as("100 s, and what was left to tell at the end").hasSizeBetween(2, 3);
        assertThat(told()).isEqualTo(dropped);
        assertThat(metrics.value(SinkCounter.DISK_ERRORS)).isZero();
    }

    /** Killed between setting a file aside and counting the one that went: the next life counts it. */
    @Test
    void droppedBeforeAKillAreCountedAfterIt() throws IOException {
        DeadLetters letters = small();
        letters.add(camera.next(), "x");
        letters.add(camera.next(), "x");
        letters.close();
        Files.move(DeadLetters.path(folder), folder.resolve("dead-letters.jsonl.2"));

        letters = small();
        letters.add(camera.next(), "x");
        letters.close();

        assertThat(metrics.value(SinkCounter.DEAD_LETTERS_DROPPED)).isEqualTo(2);
        assertThat(told()).isEqualTo(2);
        assertThat(folder.resolve("dead-letters.jsonl.2")).doesNotExist();
    }

    @Test
    void sentAgainAreNoLossWhenTheirFileIsDropped() throws IOException {
        DeadLetters letters = small();
        List<String> resent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            EncodedMessage message = camera.next();
            resent.add(message.messageId());
            Files.write(folder.resolve("dead-letters.resent"), resent);
            letters.add(message, "too large");
        }
        letters.close();
        assertThat(metrics.value(SinkCounter.DEAD_LETTERS)).isEqualTo(200);
        assertThat(metrics.value(SinkCounter.DEAD_LETTERS_DROPPED)).isZero();
        assertThat(lines.list).isEmpty();
    }

    private DeadLetters small() {
        return new DeadLetters(folder, "t", metrics, clock, 10_000);
    }

    private long left() throws IOException {
        long count = 0;
        try (DeadLetterReader reader = DeadLetterReader.open(folder)) {
            while (reader.next() != null) {
                count++;
            }
        }
        return count;
    }

    /** The sum of what the lines say. */
    private long told() {
        return lines.list.stream()
                .mapToLong(line -> (Long) line.getArgumentArray()[1])
                .sum();
    }
}
