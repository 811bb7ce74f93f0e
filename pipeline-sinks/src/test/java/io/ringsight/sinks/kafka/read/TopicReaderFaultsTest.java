package io.ringsight.sinks.kafka.read;

import static io.ringsight.client.verify.Written.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.KafkaBroker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to a topic and its broker while it is read. */
@Tag("kafka")
class TopicReaderFaultsTest {
    private static final String TOPIC = "detections";
    private static final Map<String, String> IMPATIENT =
            Map.of("default.api.timeout.ms", "4000", "request.timeout.ms", "3000");
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private final KafkaBroker broker = new KafkaBroker();
    private final TopicVerifier verifier = new TopicVerifier();
    private final Verifying verifying = new Verifying();
    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;

    private final class Verifying implements TopicRecords {
        private int removed;
        private long read;

        @Override
        public void record(TopicRecord record) {
            read++;
            verifier.add(record.partition(), record.value());
        }

        @Override
        public void removed(int partition) {
            removed++;
            verifier.removed(partition);
        }

        @Override
        public void restarted(int partition) {
            removed++;
            verifier.restarted(partition);
        }
    }

    private static final class AheadClock implements Clock {
        private Duration ahead = Duration.ZERO;

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime() + ahead.toNanos();
        }

        @Override
        public long epochNanos() {
            return Clock.system().epochNanos() + ahead.toNanos();
        }
    }

    @BeforeEach
    void start() throws Exception {
        broker.start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "metadata.max.age.ms", "500"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        create();
    }

    @AfterEach
    void stop() {
        producer.close(Duration.ZERO);
        admin.close(Duration.ZERO);
        broker.close();
    }

    private void create() throws Exception {
        Await.until("topic created", LIMIT, this::isCreated, () -> "");
    }

    private boolean isCreated() {
        try {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
            return true;
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void write(int partition, long from, long to) throws Exception {
        for (long seq = from; seq <= to; seq++) {
            producer.send(new ProducerRecord<>(TOPIC, partition, null, frame("a", "r1", seq, seq - 1)));
        }
        producer.flush();
    }

    private long end() {
        try {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private TopicReader open() throws TopicException {
        return open(Map.of());
    }

    private TopicReader open(Map<String, String> properties) throws TopicException {
        Map<String, String> all = new HashMap<>(IMPATIENT);
        all.putAll(properties);
        return TopicReader.open(broker.bootstrapServers(), TOPIC, all, Optional.empty());
    }

    private void pollUntil(TopicReader reader, String what, java.util.function.BooleanSupplier condition) {
        Await.until(
                what,
                LIMIT,
                () -> {
                    poll(reader);
                    return condition.getAsBoolean();
                },
                () -> verifier.findings().toString());
    }

    private void poll(TopicReader reader) {
        try {
            reader.poll(Duration.ofMillis(100), verifying);
        } catch (TopicException e) {
            throw new AssertionError(e);
        }
    }

    /** The look at the topic that was answered before comes to the reader late, as on a busy machine. */
    @Test
    void aBrokerThatDiesEndsReadingToTheEndAndIsNotSaidToAnswer() throws Exception {
        write(0, 1, 5_000);
        AheadClock clock = new AheadClock();
        try (TopicReader reader =
                TopicReader.open(broker.bootstrapServers(), TOPIC, IMPATIENT, Optional.empty(), clock)) {
            broker.pause();
            clock.ahead = Duration.ofMillis(3_700);
            assertThatThrownBy(() -> assertTimeout(LIMIT, () -> reader.readToEnd(verifying)))
                    .isInstanceOf(TopicException.class)
                    .hasMessageContaining("no answer for");
        } finally {
            broker.resume();
        }
    }

    @Test
    void aBrokerThatDiesAndComesBackIsReadOn() throws Exception {
        write(0, 1, 10);
        try (TopicReader reader = open()) {
            pollUntil(reader, "10 read", () -> verifying.read == 10);
            broker.kill();
            Await.until("says so", LIMIT, () -> fails(reader), () -> "");
            broker.start();
            write(0, 11, 20);
            Await.until("reads on", LIMIT, () -> !fails(reader) && verifying.read >= 20, () -> "" + verifying.read);
            assertThat(verifier.findings().isComplete()).isTrue();
            assertThat(verifier.findings().duplicates()).isZero();
        }
    }

    @Test
    void aReaderWhoseNewClientsAreRefusedKeepsItsOldOnes() throws Exception {
        WallClock clock = new WallClock();
        write(0, 1, 10);
        Map<String, String> refusing = Map.of("interceptor.classes", Refusing.class.getName());
        try (TopicReader reader =
                TopicReader.open(broker.bootstrapServers(), TOPIC, refusing, Optional.empty(), clock)) {
            pollUntil(reader, "10 read", () -> verifying.read == 10);
            clock.back = Duration.ofHours(1);
            Refusing.NOW.set(true);
            assertThatThrownBy(() -> reader.poll(Duration.ZERO, verifying)).isInstanceOf(TopicException.class);
            assertThatThrownBy(() -> reader.poll(Duration.ZERO, verifying))
                    .as("tries again")
                    .isInstanceOf(TopicException.class)
                    .hasStackTraceContaining("refused by the test");
            assertThat(reader.left()).isZero();
            Refusing.NOW.set(false);
            write(0, 11, 20);
            pollUntil(reader, "20 read", () -> verifying.read == 20);
        } finally {
            Refusing.NOW.set(false);
        }
    }

    private static final class WallClock implements Clock {
        private Duration back = Duration.ZERO;

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime();
        }

        @Override
        public long epochNanos() {
            return Clock.system().epochNanos() - back.toNanos();
        }
    }

    /** Makes Kafka refuse to make a consumer. */
    public static final class Refusing implements ConsumerInterceptor<byte[], byte[]> {
        private static final AtomicBoolean NOW = new AtomicBoolean();

        @Override
        public void configure(Map<String, ?> settings) {
            if (NOW.get()) {
                throw new KafkaException("refused by the test");
            }
        }

        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

        @Override
        public void close() {}
    }

    private boolean fails(TopicReader reader) {
        try {
            reader.poll(Duration.ofMillis(100), verifying);
            return false;
        } catch (TopicException expected) {
            return true;
        }
    }

    @Test
    void partitionsAddedWhileReadingAreRead() throws Exception {
        write(0, 1, 50);
        try (TopicReader reader = open()) {
            pollUntil(reader, "50 read", () -> verifying.read == 50);
            admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(3)))
                    .all()
                    .get();
            Await.until(
                    "partition 2 known",
                    LIMIT,
                    () -> producer.partitionsFor(TOPIC).size() == 3,
                    () -> "");
            write(2, 51, 80);
            pollUntil(reader, "80 read", () -> verifying.read == 80);
        }
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.disorder()).isZero();
        assertThat(verifying.removed).isZero();
    }

    @Test
    void whatRetentionTakesFromAStoppedReaderIsToldAndTheRestIsRead() throws Exception {
        write(0, 1, 50);
        // a request is with the broker while nobody polls: its answer is one batch, far less than all that is written
        try (TopicReader reader = open(Map.of("max.partition.fetch.bytes", "1"))) {
            pollUntil(reader, "50 read", () -> verifying.read == 50);
            write(0, 51, 300);
            admin.deleteRecords(Map.of(new TopicPartition(TOPIC, 0), RecordsToDelete.beforeOffset(263)))
                    .all()
                    .get();
            pollUntil(
                    reader,
                    "300 read",
                    () -> verifier.findings().epochs().get(0).lastFrameSeq() == 300);
        }
        Findings findings = verifier.findings();
        assertThat(verifying.removed).isEqualTo(1);
        assertThat(findings.unaccounted()).isZero();
        assertThat(findings.frames() + findings.sum(Findings.Epoch::before)).isEqualTo(300);
        assertThat(findings.sum(Findings.Epoch::before)).isBetween(1L, 213L);
    }

    @Test
    void aTopicCreatedAnewIsReadFromItsBeginning() throws Exception {
        write(0, 1, 50);
        try (TopicReader reader = open()) {
            pollUntil(reader, "50 read", () -> verifying.read == 50);
            admin.deleteTopics(List.of(TOPIC)).all().get();
            create();
            // more than there were: the old place is one of the new topic, too
            Await.until(
                    "new topic takes records",
                    LIMIT,
                    () -> producer.partitionsFor(TOPIC).size() == 1,
                    () -> "");
            write(0, 88, 200);
            pollUntil(reader, "200 read", () -> verifier.findings().frames() == 50 + 113);
        }
        Findings findings = verifier.findings();
        assertThat(findings.unaccounted()).isZero();
        assertThat(findings.sum(Findings.Epoch::before)).isEqualTo(37);
    }

    @Test
    void recordsThatCompactionTookAreSeenByTheirOffsets() throws Exception {
        write(0, 1, 5);
        try (var transactional = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "t"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            // the mark of a transaction is an offset without a record, as compaction leaves them
            transactional.initTransactions();
            transactional.beginTransaction();
            transactional.send(new ProducerRecord<>(TOPIC, 0, null, frame("a", "r1", 6, 5)));
            transactional.commitTransaction();
            Await.until("mark written", LIMIT, () -> end() == 7, () -> "");
        }
        write(0, 7, 8);
        try (TopicReader reader = open()) {
            reader.readToEnd(verifying);
            assertThat(reader.missingOffsets()).isEqualTo(1);
            assertThat(verifying.read).isEqualTo(8);
        }
    }
}
