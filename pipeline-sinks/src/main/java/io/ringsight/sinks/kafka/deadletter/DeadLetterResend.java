package io.ringsight.sinks.kafka.deadletter;

import io.ringsight.core.metrics.SinkState;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.kafka.client.KafkaFailure;
import io.ringsight.sinks.kafka.client.KafkaReason;
import io.ringsight.sinks.kafka.client.KafkaRecords;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.client.NetworkThread;
import io.ringsight.sinks.kafka.client.ProducerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Sends dead letters again to their topic, those set aside longest first, one after the other. Each is marked as soon as
 * it is acknowledged and not before: a kill costs nothing, and sends at most one message twice, with the same
 * {@code messageId}. They stand behind all that was published since; {@code "resent":true} in each says so. The daemon
 * may be running.
 */
public final class DeadLetterResend {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] RESENT = "{\"resent\":true,".getBytes(StandardCharsets.UTF_8);

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Path dir;
    private final Refusals refusals;
    private long sent;
    private long refused;

    /** Is told which are refused once more. */
    public interface Refusals {
        void refused(DeadLetter letter, String why);
    }

    /**
     * What became of them.
     *
     * @param sent acknowledged, and marked
     * @param refused refused once more, and still set aside
     * @param failure why the rest was not tried, for people; null if all were
     */
    public record Outcome(long sent, long refused, String failure) {}

    private DeadLetterResend(Path dir, Refusals refusals, Supplier<Producer<byte[], byte[]>> producers) {
        this.dir = dir;
        this.refusals = refusals;
        this.producers = producers;
    }

    /**
     * Sends all of the sink's. Waits at most 30 s for each answer.
     *
     * @throws IOException if the files cannot be read or written
     * @throws io.ringsight.sinks.spool.SpoolException if another process sends them
     */
    public static Outcome run(KafkaSinkSpec spec, Refusals refusals) throws IOException, InterruptedException {
        Map<String, Object> settings =
                new HashMap<>(ProducerSettings.settings(spec.bootstrapServers(), spec.properties()));
        // One at a time: nothing to wait for but the answer.
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        return run(spec.spool().orElseThrow().dir(), refusals, () -> new KafkaProducer<>(settings));
    }

    /** As above, by another kind of producer. */
    static Outcome run(Path dir, Refusals refusals, Supplier<Producer<byte[], byte[]>> producers)
            throws IOException, InterruptedException {
        try (DeadLetterReader any = DeadLetterReader.open(dir)) {
            if (any.next() == null) {
                return new Outcome(0, 0, null);
            }
        }
        try (ResentMarks marks = ResentMarks.open(dir)) {
            return new DeadLetterResend(dir, refusals, producers).run(marks);
        }
    }

    private Outcome run(ResentMarks marks) throws IOException, InterruptedException {
        NetworkThread.Made<Producer<byte[], byte[]>> made;
        try {
            made = NetworkThread.of(producers);
        } catch (KafkaException e) {
            return new Outcome(0, 0, KafkaFailure.of(e).detail());
        }
        try (DeadLetterReader letters = DeadLetterReader.open(dir)) {
            for (DeadLetter letter = letters.next(); letter != null; letter = letters.next()) {
                String failure = send(letter, made, marks);
                if (failure != null) {
                    return new Outcome(sent, refused, failure);
                }
            }
            return new Outcome(sent, refused, null);
        } finally {
            made.thread().forget();
            made.producer().close(Duration.ZERO);
        }
    }

    /** Returns why nothing more should be tried, or null. */
    private String send(DeadLetter letter, NetworkThread.Made<Producer<byte[], byte[]>> by, ResentMarks marks)
            throws IOException, InterruptedException {
        try {
            by.producer()
                    .send(KafkaRecords.record(letter.topic(), resent(letter.message())))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return failed(letter, KafkaFailure.of(e.getCause()), by.thread());
        } catch (KafkaException e) {
            return failed(letter, KafkaFailure.of(e), by.thread());
        } catch (TimeoutException e) {
            return "no acknowledgement for " + PATIENCE.toSeconds() + " s" + because(by.thread());
        }
        marks.add(letter.messageId());
        sent++;
        return null;
    }

    private String failed(DeadLetter letter, KafkaFailure failure, NetworkThread thread) {
        if (failure.remedy() == KafkaFailure.Remedy.SKIP) {
            refused++;
            refusals.refused(letter, failure.detail());
            return null;
        }
        return failure.state() == SinkState.UNREACHABLE ? failure.detail() + because(thread) : failure.detail();
    }

    private static String because(NetworkThread thread) {
        KafkaReason reason = thread.reason();
        return reason == null ? "" : ": " + reason.text();
    }

    /** The message, and that it is late. */
    private static EncodedMessage resent(EncodedMessage message) {
        byte[] json = message.bytes();
        byte[] marked = new byte[RESENT.length + json.length - 1];
        System.arraycopy(RESENT, 0, marked, 0, RESENT.length);
        System.arraycopy(json, 1, marked, RESENT.length, json.length - 1);
        return new EncodedMessage(message.key(), message.type(), message.utcNs(), message.losses(), marked);
    }
}
