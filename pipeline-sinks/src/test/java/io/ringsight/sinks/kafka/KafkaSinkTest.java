package io.ringsight.sinks.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageSchema;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import io.ringsight.sinks.queue.QueueLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The sink against a real broker. */
@Tag("kafka")
class KafkaSinkTest {
    private static final String TOPIC = "detections";
    private static final Duration LONG = Duration.ofSeconds(240);

    private final Camera camera = new Camera("line1", Clock.system());
    private KafkaBroker broker;
    private MessageSink sink;

    @AfterEach
    void close() {
        if (sink != null) {
            sink.close(Duration.ZERO);
            SinkMetrics counted = sink.metrics();
            assertThat(value(SinkCounter.ACKNOWLEDGED)
                            + value(SinkCounter.FAILED)
                            + value(SinkCounter.UNKNOWN)
                            + value(SinkCounter.DROPPED_QUEUE_FULL))
                    .as("every message is counted once: " + counts())
                    .isEqualTo(value(SinkCounter.OFFERED) + value(SinkCounter.GAPS_ADDED));
            assertThat(counted.state()).isEqualTo(SinkState.CLOSED);
        }
        if (broker != null) {
            broker.close();
        }
    }

    private void open(QueueLimits limits, Map<String, String> properties) {
        sink = KafkaSink.open(new KafkaSinkSpec(broker.bootstrapServers(), TOPIC, properties, limits), Clock.system());
    }

    private long value(SinkCounter counter) {
        return sink.metrics().value(counter);
    }

    private String counts() {
        StringBuilder text = new StringBuilder(sink.metrics().state().wireName())
                .append(" (")
                .append(sink.metrics().detail())
                .append(")");
        for (SinkCounter counter : SinkCounter.values()) {
            text.append(' ').append(counter.metricName()).append('=').append(value(counter));
        }
        return text.append(" queued=").append(sink.metrics().queuedMessages()).toString();
    }

    private void awaitState(SinkState state) {
        Await.until(state.wireName(), LONG, () -> sink.metrics().state() == state, this::counts);
    }

    private void awaitAcknowledged(long count) {
        Await.until(count + " acknowledged", LONG, () -> value(SinkCounter.ACKNOWLEDGED) >= count, this::counts);
    }

    private Findings verify(Map<String, String> properties) throws TopicException {
        TopicVerifier verifier = new TopicVerifier();
        MessageSchema schema = new MessageSchema();
        try (TopicReader reader = TopicReader.open(broker.bootstrapServers(), TOPIC, properties)) {
            reader.readToEnd(record -> {
                schema.accepts(record.value());
                verifier.add(record.value());
            });
        }
        return verifier.findings();
    }

    private static void report(String what, Findings findings, String counts) {
        System.out.println(what + ": read back " + findings.frames() + " frames, gaps " + findings.gapFrames()
                + ", unaccounted " + findings.unaccounted() + ", duplicates " + findings.duplicates() + ", disorder "
                + findings.disorder() + "; sink " + counts);
    }

    @Test
    void comesBackWithKeyHeadersAndOrder() throws TopicException {
        broker = new KafkaBroker().start();
        open(QueueLimits.DEFAULT, Map.of());
        Camera other = new Camera("line2", Clock.system());
        List<EncodedMessage> sent = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sent.add(i % 10 == 3 ? camera.gap(i % 3) : camera.next(i % 4 == 0 ? 2 : 0));
            sent.add(other.next());
        }
        sent.forEach(sink::offer);
        assertThat(sink.close(LONG)).as(counts()).isTrue();
        Findings findings = verify(Map.of());
        report("round trip", findings, counts());
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates() + findings.disorder()).isZero();
        assertThat(findings.sources()).isEqualTo(2);
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(1000);
        compareRecords(sent);
    }

    private void compareRecords(List<EncodedMessage> sent) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", broker.bootstrapServers());
        Map<String, EncodedMessage> byId = new HashMap<>();
        sent.forEach(message -> byId.put(message.messageId(), message));
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new TopicPartition(TOPIC, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!byId.isEmpty()) {
                for (var read : consumer.poll(Duration.ofSeconds(10))) {
                    Map<String, String> headers = new HashMap<>();
                    for (Header header : read.headers()) {
                        headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
                    }
                    EncodedMessage message = byId.remove(headers.get("ce_id"));
                    assertThat(read.key()).isEqualTo(message.sourceId().value());
                    assertThat(read.value()).isEqualTo(new String(message.bytes(), StandardCharsets.UTF_8));
                    assertThat(headers)
                            .containsEntry("ce_specversion", "1.0")
                            .containsEntry("ce_source", "ringsight/" + message.sourceId())
                            .containsEntry(
                                    "ce_type", "io.ringsight." + message.type().wireName() + ".v1")
                            .containsEntry("ce_time", message.utc())
                            .containsEntry("content-type", "application/json")
                            .hasSize(6);
                }
            }
        }
    }

    @Test
    void losesNothingWhenTheBrokerComesLate() throws TopicException {
        broker = new KafkaBroker();
        open(QueueLimits.DEFAULT, Map.of());
        for (int i = 0; i < 300; i++) {
            assertThat(sink.offer(camera.next())).isTrue();
        }
        awaitState(SinkState.UNREACHABLE);
        broker.start();
        awaitAcknowledged(300);
        sink.offer(camera.next());
        awaitAcknowledged(301);
        assertThat(sink.metrics().state()).isEqualTo(SinkState.READY);
        Findings findings = verify(Map.of());
        report("broker absent at start", findings, counts());
        assertThat(findings.frames()).isEqualTo(301);
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates() + findings.disorder()).isZero();
    }

    @Test
    void losesAndDoublesNothingWhenTheBrokerIsKilled() throws TopicException {
        broker = new KafkaBroker().start();
        open(QueueLimits.DEFAULT, Map.of());
        publishFor(1_000);
        awaitAcknowledged(1);
        broker.kill();
        publishUntil(SinkState.UNREACHABLE);
        publishFor(2_000);
        broker.start();
        long upNs = System.nanoTime();
        awaitState(SinkState.READY);
        long recoveryMs = (System.nanoTime() - upNs) / 1_000_000;
        publishFor(1_000);
        long offered = value(SinkCounter.OFFERED);
        awaitAcknowledged(offered);
        assertThat(sink.close(LONG)).isTrue();
        Findings findings = verify(Map.of());
        report(
                "broker killed",
                findings,
                counts() + ", longest until acknowledged "
                        + sink.metrics().ackLatencyUs().getMaxValue() / 1000 + " ms, first acknowledged " + recoveryMs
                        + " ms after the broker's port answered");
        assertThat(findings.frames()).isEqualTo(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(offered);
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates() + findings.disorder()).isZero();
    }

    @Test
    void losesAndDoublesNothingWhenTheBrokerFreezes() throws TopicException {
        broker = new KafkaBroker().start();
        open(QueueLimits.DEFAULT, Map.of("request.timeout.ms", "3000"));
        publishFor(1_000);
        awaitAcknowledged(1);
        broker.pause();
        publishUntil(SinkState.UNREACHABLE);
        broker.resume();
        publishFor(1_000);
        long offered = value(SinkCounter.OFFERED);
        assertThat(sink.close(LONG)).as(counts()).isTrue();
        Findings findings = verify(Map.of());
        report("broker frozen for longer than a request", findings, counts());
        assertThat(findings.frames()).isEqualTo(offered);
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates() + findings.disorder()).isZero();
    }

    private void publishFor(long ms) {
        long endNs = System.nanoTime() + Duration.ofMillis(ms).toNanos();
        while (System.nanoTime() < endNs) {
            publishOne();
        }
    }

    /** After more than five seconds without an acknowledgement. */
    private void publishUntil(SinkState state) {
        Await.until(
                state.wireName(),
                LONG,
                () -> {
                    publishOne();
                    return sink.metrics().state() == state;
                },
                this::counts);
    }

    /** At most 200 frames a second, as eight cameras give them. */
    private void publishOne() {
        sink.offer(camera.next());
        LockSupport.parkNanos(5_000_000);
    }

    @Test
    void theTopicAccountsForWhatASmallQueueCouldNotKeep() throws TopicException {
        broker = new KafkaBroker().start();
        open(new QueueLimits(50, 1 << 20), Map.of());
        publishFor(1_000);
        Await.until("all acknowledged", LONG, () -> sink.metrics().queuedMessages() == 0, this::counts);
        long droppedBefore = value(SinkCounter.DROPPED_QUEUE_FULL);
        broker.kill();
        for (int i = 0; i < 2_000; i++) {
            sink.offer(i % 50 == 0 ? camera.gap(i % 3) : camera.next(i % 7 == 0 ? 1 : 0));
        }
        assertThat(value(SinkCounter.DROPPED_QUEUE_FULL) - droppedBefore).isEqualTo(1_950);
        assertThat(sink.metrics().queuedMessages()).as(counts()).isLessThanOrEqualTo(51);
        broker.start();
        awaitState(SinkState.READY);
        sink.offer(camera.next());
        assertThat(sink.close(LONG)).as(counts()).isTrue();
        Findings findings = verify(Map.of());
        report("small queue", findings, counts());
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates() + findings.disorder()).isZero();
        assertThat(findings.gapFrames().get("not-published")).isGreaterThan(1_800);
        assertThat(findings.frames()
                        + findings.gapFrames().values().stream()
                                .mapToLong(n -> n)
                                .sum())
                .isEqualTo(camera.lastFrameSeq());
    }

    @Test
    void leavesOutWhatIsTooLargeForClientOrTopic() throws TopicException {
        broker = new KafkaBroker(Map.of("EXTRA", "message.max.bytes=20000")).start();
        open(QueueLimits.DEFAULT, Map.of("max.request.size", "30000", "compression.type", "none"));
        for (int i = 0; i < 100; i++) {
            sink.offer(i == 30 ? camera.next(0, 290) : i == 60 ? camera.next(0, 200) : camera.next());
        }
        assertThat(sink.close(LONG)).as(counts()).isTrue();
        Findings findings = verify(Map.of());
        report("two of 100 too large", findings, counts());
        assertThat(value(SinkCounter.FAILED)).isEqualTo(2);
        assertThat(findings.frames()).isEqualTo(98);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("not-published", 2L));
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.duplicates()).isZero();
    }

    @Test
    void speaksTlsAndSaslByPlainPropertiesAndNamesAWrongPassword() throws TopicException {
        broker = new KafkaBroker(Map.of("TLS", "1")).start();
        Map<String, String> good = broker.clientProperties();
        Map<String, String> wrong = new HashMap<>(good);
        wrong.replace("sasl.jaas.config", good.get("sasl.jaas.config").replace("s3cret", "guess-1234"));
        open(QueueLimits.DEFAULT, wrong);
        sink.offer(camera.next());
        awaitState(SinkState.AUTH_FAILED);
        assertThat(sink.metrics().detail()).doesNotContain("guess-1234");
        sink.close(Duration.ZERO);
        assertThat(value(SinkCounter.FAILED)).isEqualTo(1);

        Map<String, String> untrusting = new HashMap<>(good);
        untrusting.remove("ssl.truststore.location");
        untrusting.remove("ssl.truststore.type");
        open(QueueLimits.DEFAULT, untrusting);
        sink.offer(camera.next());
        awaitState(SinkState.TLS_FAILED);
        sink.close(Duration.ZERO);

        Camera fresh = new Camera("line1", Clock.system());
        open(QueueLimits.DEFAULT, good);
        for (int i = 0; i < 100; i++) {
            sink.offer(fresh.next());
        }
        assertThat(sink.close(LONG)).as(counts()).isTrue();
        Map<String, String> consumer = new HashMap<>(good);
        Findings findings = verify(consumer);
        report("TLS and SCRAM", findings, counts());
        assertThat(findings.frames()).isEqualTo(100);
    }

    @Test
    void namesATopicThatIsNotThere() {
        broker = new KafkaBroker(Map.of("EXTRA", "auto.create.topics.enable=false")).start();
        open(QueueLimits.DEFAULT, Map.of());
        sink.offer(camera.next());
        awaitState(SinkState.UNKNOWN_TOPIC);
        assertThat(sink.close(Duration.ofMillis(200))).isFalse();
        assertThat(Thread.getAllStackTraces().keySet())
                .as("it ends, however long Kafka would wait for the topic")
                .noneMatch(thread -> thread.getName().startsWith("sink-"));
        assertThat(value(SinkCounter.FAILED)).isEqualTo(1);
    }
}
