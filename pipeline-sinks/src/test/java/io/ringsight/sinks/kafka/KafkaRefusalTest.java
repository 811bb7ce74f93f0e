package io.ringsight.sinks.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.client.ProducerSettings;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import io.ringsight.sinks.queue.QueueLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a real broker refuses, and a producer that breaks, lose no frame. */
@Tag("kafka")
class KafkaRefusalTest {
    private static final String TOPIC = "detections";
    private static final Duration LONG = Duration.ofSeconds(240);

    private final Camera camera = new Camera("line1", Clock.system());
    private KafkaBroker broker;
    private MessageSink sink;

    @AfterEach
    void close() {
        sink.close(Duration.ZERO);
        broker.close();
    }

    private KafkaSinkSpec spec() {
        return new KafkaSinkSpec(broker.bootstrapServers(), TOPIC, Map.of(), QueueLimits.DEFAULT);
    }

    private long value(SinkCounter counter) {
        return sink.metrics().value(counter);
    }

    private void await(String what, java.util.function.BooleanSupplier condition) {
        Await.until(
                what,
                LONG,
                condition,
                () -> sink.metrics().state() + " " + sink.metrics().detail());
    }

    private Findings readBack() throws TopicException {
        TopicVerifier verifier = new TopicVerifier();
        try (TopicReader reader = TopicReader.open(broker.bootstrapServers(), TOPIC, Map.of())) {
            reader.readToEnd(record -> verifier.add(record.value()));
        }
        return verifier.findings();
    }

    @Test
    void sendsAgainInOrderWhatTheBrokerFindsTooOldAfterAPause() throws TopicException {
        broker = new KafkaBroker(Map.of("log.message.timestamp.before.max.ms", "2000")).start();
        sink = KafkaSink.open(spec(), Clock.system());
        sink.offer(camera.next());
        await("first", () -> value(SinkCounter.ACKNOWLEDGED) == 1);
        broker.pause();
        for (int i = 0; i < 200; i++) {
            sink.offer(camera.next(i % 3));
        }
        await("pause noticed", () -> sink.metrics().state() == SinkState.UNREACHABLE);
        for (int i = 0; i < 50; i++) {
            sink.offer(camera.next());
        }
        broker.resume();
        await("all", () -> value(SinkCounter.ACKNOWLEDGED) == 251);
        Findings findings = readBack();
        assertThat(findings.isComplete()).as(findings.toString()).isTrue();
        assertThat(findings.frames()).isEqualTo(251);
        assertThat(findings.disorder() + findings.duplicates())
                .as(findings.toString())
                .isZero();
        assertThat(value(SinkCounter.FAILED)).isZero();
    }

    /** Kafka calls interceptors in its network thread, which an Error ends. */
    public static final class Deadly implements ProducerInterceptor<byte[], byte[]> {
        private static final AtomicInteger LEFT = new AtomicInteger();

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
            if (LEFT.getAndDecrement() > 0) {
                throw new NoClassDefFoundError("on purpose");
            }
        }

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    @Test
    void startsANewProducerWhenAnErrorEndedItsNetworkThread() throws TopicException {
        broker = new KafkaBroker().start();
        Map<String, Object> settings = new HashMap<>(ProducerSettings.settings(broker.bootstrapServers(), Map.of()));
        settings.put("interceptor.classes", Deadly.class.getName());
        Deadly.LEFT.set(1);
        sink = KafkaSink.open(spec(), Clock.system(), () -> new KafkaProducer<>(settings));
        for (int i = 0; i < 100; i++) {
            sink.offer(camera.next());
        }
        await("all", () -> value(SinkCounter.ACKNOWLEDGED) == 100);
        Findings findings = readBack();
        assertThat(findings.isComplete()).as(findings.toString()).isTrue();
        assertThat(findings.frames()).isEqualTo(100);
        assertThat(value(SinkCounter.ERRORS)).isEqualTo(1);
        assertThat(value(SinkCounter.RESTARTS)).isEqualTo(1);
    }
}
