package io.ringsight.sinks.kafka.deadletter;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.run.LogThrottle;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.jsonl.LineFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of the messages a broker will never take, one JSON object a line with the reason and the message as it is.
 * Bounded: when it is full it becomes the older file, and what that held is dropped, counted and told. Frames of dropped
 * letters stay accounted: each letter is in a gap of the topic. {@link DeadLetterReader} reads it, {@link DeadLetterResend}
 * sends it again. Any thread.
 */
public final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final String NAME = "dead-letters.jsonl";
    private static final long MAX_BYTES = 16L << 20;
    private static final Duration TOLD_EVERY = Duration.ofMinutes(1);

    private final Path dir;
    private final Path path;
    private final String topic;
    private final SinkMetrics metrics;
    private final Clock clock;
    private final LineFile file;
    /** Whether the last one could not be set aside: that is said once. */
    private boolean fails;

    private final LogThrottle drops;

    /** The file in a spool's directory. */
    static Path path(Path dir) {
        return dir.resolve(NAME);
    }

    /** The file before it, once that was full. */
    static Path olderPath(Path dir) {
        return dir.resolve(NAME + ".1");
    }

    /** What the older file held before the one that is full took its place: there until it is counted, a kill or not. */
    private static Path droppedPath(Path dir) {
        return dir.resolve(NAME + ".2");
    }

    public DeadLetters(Path dir, String topic, SinkMetrics metrics, Clock clock) {
        this(dir, topic, metrics, clock, MAX_BYTES);
    }

    /** @param maxBytes of the file, and of the older one */
    DeadLetters(Path dir, String topic, SinkMetrics metrics, Clock clock, long maxBytes) {
        this.dir = dir;
        path = path(dir);
        this.topic = topic;
        this.metrics = metrics;
        this.clock = clock;
        drops = new LogThrottle(clock, TOLD_EVERY);
        file = new LineFile(path, maxBytes, 2);
    }

    /** Sets a message aside; counts it, or that it could not be. */
    public synchronized void add(EncodedMessage message, String reason) {
        try {
            file.write(ByteBuffer.wrap(line(message, reason)));
            metrics.count(SinkCounter.DEAD_LETTERS);
        } catch (IOException e) {
            failed("message " + message.messageId() + " could not be set aside; those after it may not be either", e);
            return;
        }
        try {
            dropOldest();
            fails = false;
        } catch (IOException e) {
            failed("the oldest letters could not be dropped", e);
        }
    }

    private void failed(String what, IOException why) {
        metrics.count(SinkCounter.DISK_ERRORS);
        if (!fails) {
            LOG.warn("{}: {}: {}", path, what, why.getMessage());
        }
        fails = true;
    }

    private void dropOldest() throws IOException {
        Path dropped = droppedPath(dir);
        long count = 0;
        if (Files.exists(dropped)) {
            count = DeadLetterReader.count(dropped, ResentMarks.read(dir));
            Files.delete(dropped);
            metrics.count(SinkCounter.DEAD_LETTERS_DROPPED, count);
        }
        drops.tell(count, this::tellDropped);
    }

    private void tellDropped(LogThrottle.Span span) {
        LOG.warn(
                "{}: {} dead letters were dropped ({} so far), those set aside longest, because {} was full; their"
                        + " frames stay in gaps; ringsight deadletters resend sends those that are left",
                metrics.sinkName(),
                span.count(),
                metrics.value(SinkCounter.DEAD_LETTERS_DROPPED),
                path);
    }

    private byte[] line(EncodedMessage message, String reason) {
        long nowUs = TimeUnit.NANOSECONDS.toMicros(clock.epochNanos());
        Instant now = Instant.ofEpochSecond(nowUs / 1_000_000, nowUs % 1_000_000 * 1_000);
        ByteArrayOutputStream line = new ByteArrayOutputStream(message.bytes().length + 512);
        line.writeBytes(utf8("{\"setAsideAt\":\"" + now + "\",\"topic\":\"" + topic + "\",\"reason\":\""
                + quoted(reason) + "\",\"messageId\":\"" + quoted(message.messageId()) + "\",\"message\":"));
        line.writeBytes(message.bytes());
        line.writeBytes(utf8("}\n"));
        return line.toByteArray();
    }

    private static String quoted(String text) {
        return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public synchronized void close() {
        drops.tellRest(this::tellDropped);
        file.close();
    }
}
