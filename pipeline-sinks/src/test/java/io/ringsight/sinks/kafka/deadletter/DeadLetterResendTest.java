package io.ringsight.sinks.kafka.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSchema;
import io.ringsight.sinks.spool.SpoolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sending dead letters again, with Kafka's own in-memory producer. */
class DeadLetterResendTest {
    @TempDir
    private Path dir;

    private final List<ProducerRecord<byte[], byte[]>> topic = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final Camera camera = new Camera("line1", Clock.system());
    private int limit = Integer.MAX_VALUE;
    private int killAfter = Integer.MAX_VALUE;
    private RuntimeException failure;

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final class Broker extends MockProducer<byte[], byte[]> {
        Broker() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (failure != null) {
                throw failure;
            }
            if (record.value().length > limit) {
                throw new RecordTooLargeException("too large");
            }
            topic.add(record);
            if (topic.size() == killAfter) {
                throw new Killed();
            }
            return super.send(record, callback);
        }
    }

    @BeforeEach
    void setAside() {
        DeadLetters letters = new DeadLetters(dir, "t", new SinkMetrics("kafka:t"), Clock.system());
        for (int i = 0; i < 5; i++) {
            letters.add(camera.next(0, i == 2 ? 200 : 1), "too large");
        }
        letters.close();
    }

    private DeadLetterResend.Outcome resend() throws IOException, InterruptedException {
        return DeadLetterResend.run(dir, (letter, why) -> refused.add(letter.messageId() + " " + why), Broker::new);
    }

    private List<String> sent() {
        return topic.stream()
                .map(record -> new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .toList();
    }

    private long left() throws IOException {
        long left = 0;
        try (DeadLetterReader reader = DeadLetterReader.open(dir)) {
            while (reader.next() != null) {
                left++;
            }
        }
        return left;
    }

    @Test
    void sendsAllInOrderMarkedAndOnce() throws Exception {
        assertThat(resend()).isEqualTo(new DeadLetterResend.Outcome(5, 0, null));
        assertThat(sent()).containsExactly("1", "2", "3", "4", "5");
        MessageSchema schema = new MessageSchema();
        topic.forEach(record -> {
            assertThat(record.topic()).isEqualTo("t");
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("line1");
            assertThat(new String(record.value(), StandardCharsets.UTF_8)).startsWith("{\"resent\":true,\"");
            schema.accepts(record.value());
        });
        assertThat(left()).isZero();
        assertThat(resend()).isEqualTo(new DeadLetterResend.Outcome(0, 0, null));
        assertThat(topic).hasSize(5);
    }

    @Test
    void whatIsRefusedAgainStaysAndHoldsNobodyUp() throws Exception {
        limit = 3_000;
        assertThat(resend()).isEqualTo(new DeadLetterResend.Outcome(4, 1, null));
        assertThat(refused).hasSize(1).first().asString().contains("/3 ", "too large");
        limit = Integer.MAX_VALUE;
        assertThat(resend()).isEqualTo(new DeadLetterResend.Outcome(1, 0, null));
        assertThat(sent()).containsExactly("1", "2", "4", "5", "3");
    }

    @Test
    void stopsAtAFailureThatAnotherTryMayHealAndKeepsTheRest() throws Exception {
        failure = new TopicAuthorizationException("t");
        DeadLetterResend.Outcome outcome = resend();
        assertThat(outcome.sent()).isZero();
        assertThat(outcome.failure()).contains("TopicAuthorizationException");
        assertThat(left()).isEqualTo(5);
    }

    @Test
    void aKillInBetweenCostsNothingAndSendsAtMostOneTwice() throws Exception {
        killAfter = 3;
        assertThatThrownBy(this::resend).isInstanceOf(Killed.class);
        assertThat(left()).isEqualTo(3);
        killAfter = Integer.MAX_VALUE;
        assertThat(resend().sent()).isEqualTo(3);
        assertThat(sent()).containsExactly("1", "2", "3", "3", "4", "5");
    }

    @Test
    void worksBesideADaemonThatHasTheSpoolAndNotBesideAnotherResend() throws Exception {
        try (var daemons = io.ringsight.sinks.spool.SpoolLock.take(dir, "lock");
                ResentMarks others = ResentMarks.open(dir)) {
            assertThat(daemons).isNotNull();
            assertThat(others).isNotNull();
            assertThatThrownBy(this::resend)
                    .isInstanceOf(SpoolException.class)
                    .hasMessageContaining("dead-letters.lock is in use");
        }
        try (var daemons = io.ringsight.sinks.spool.SpoolLock.take(dir, "lock")) {
            assertThat(daemons).isNotNull();
            assertThat(resend().sent()).isEqualTo(5);
        }
    }
}
