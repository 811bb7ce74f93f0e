package io.ringsight.sinks.kafka;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.LineFile;
import io.ringsight.sinks.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of the messages a broker will never take, one JSON object a line with the reason and the message as it is.
 * Bounded: what is set aside longest is forgotten first. Any thread.
 */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final String NAME = "dead-letters.jsonl";
    private static final long MAX_BYTES = 16L << 20;

    private final Path path;
    private final String topic;
    private final SinkMetrics metrics;
    private final Clock clock;
    private final LineFile file;

    DeadLetters(Path dir, String topic, SinkMetrics metrics, Clock clock) {
        path = dir.resolve(NAME);
        this.topic = topic;
        this.metrics = metrics;
        this.clock = clock;
        file = new LineFile(path, MAX_BYTES, 1);
    }

    /** Sets a message aside; counts it, or that it could not be. */
    synchronized void add(Message message, String reason) {
        try {
            file.write(ByteBuffer.wrap(line(message, reason)));
            metrics.count(SinkCounter.DEAD_LETTERS);
        } catch (IOException e) {
            metrics.count(SinkCounter.DISK_ERRORS);
            LOG.warn("{}: message {} could not be set aside: {}", path, message.messageId(), e.getMessage());
        }
    }

    private byte[] line(Message message, String reason) {
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

    synchronized void close() {
        file.close();
    }
}
