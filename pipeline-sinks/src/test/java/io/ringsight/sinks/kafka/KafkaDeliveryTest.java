package io.ringsight.sinks.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What becomes of messages when the producer fails, with Kafka's own in-memory producer. */
class KafkaDeliveryTest {
    private static final Duration LONG = Duration.ofSeconds(240);

    private final Camera camera = new Camera("line1", Clock.system());
    private final List<MockProducer<byte[], byte[]>> producers = new CopyOnWriteArrayList<>();
    private MessageSink sink;

    private void open(Supplier<Producer<byte[], byte[]>> factory) {
        open(factory, Clock.system());
    }

    private void open(Supplier<Producer<byte[], byte[]>> factory, Clock clock) {
        sink = KafkaSink.open(new KafkaSinkSpec("localhost:9092", "t", Map.of()), clock, factory);
    }

    private Producer<byte[], byte[]> producer() {
        MockProducer<byte[], byte[]> producer =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(producer);
        return producer;
    }

    @AfterEach
    void close() {
        sink.close(Duration.ZERO);
        producers.forEach(producer -> assertThat(producer.closed()).isTrue());
        assertThat(value(SinkCounter.ACKNOWLEDGED) + value(SinkCounter.FAILED) + value(SinkCounter.UNKNOWN))
                .isEqualTo(value(SinkCounter.OFFERED) + value(SinkCounter.GAPS_ADDED));
    }

    private long value(SinkCounter counter) {
        return sink.metrics().value(counter);
    }

    private MockProducer<byte[], byte[]> awaitSent(int producer, int records) {
        Await.until(
                records + " records sent by producer " + producer,
                LONG,
                () -> producers.size() > producer
                        && producers.get(producer).history().size() >= records,
                () -> producers.size() + " producers");
        return producers.get(producer);
    }

    private static Findings verify(List<ProducerRecord<byte[], byte[]>> records) {
        TopicVerifier verifier = new TopicVerifier();
        records.forEach(record -> verifier.add(record.value()));
        return verifier.findings();
    }

    @Test
    void connectsBeforeTheFirstMessage() throws InterruptedException {
        open(this::producer);
        assertThat(sink.awaitConnected(LONG)).isTrue();
        assertThat(producers).hasSize(1);

        sink.offer(camera.next());
        awaitSent(0, 1);
        assertThat(producers).hasSize(1);
    }

    @Test
    void aBrokerThatIsAwayAtTheStartHoldsNobodyUpAndGetsTheFirstMessageLater() throws InterruptedException {
        AtomicBoolean away = new AtomicBoolean(true);
        open(() -> new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            {
                producers.add(this);
            }

            @Override
            public List<PartitionInfo> partitionsFor(String topic) {
                if (away.get()) {
                    throw new TimeoutException("no broker");
                }
                return super.partitionsFor(topic);
            }
        });
        assertThat(sink.awaitConnected(LONG)).isFalse();
        assertThat(sink.metrics().state()).isEqualTo(SinkState.CONNECTING);

        away.set(false);
        sink.offer(camera.next());
        assertThat(awaitSent(0, 1).completeNext()).isTrue();
        Await.until("ready", () -> sink.metrics().state() == SinkState.READY);
    }

    @Test
    void sendsAllThatIsUnansweredAgainWithANewProducer() {
        open(this::producer);
        for (int i = 0; i < 4; i++) {
            sink.offer(camera.next());
        }
        MockProducer<byte[], byte[]> first = awaitSent(0, 4);
        assertThat(first.completeNext()).isTrue();
        assertThat(first.errorNext(new OutOfOrderSequenceException("lost"))).isTrue();
        MockProducer<byte[], byte[]> second = awaitSent(1, 3);
        assertThat(first.closed()).isTrue();
        for (int i = 0; i < 3; i++) {
            second.completeNext();
        }
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        Findings findings = verify(second.history());
        assertThat(findings.frames()).isEqualTo(3);
        assertThat(findings.disorder()).isZero();
        assertThat(findings.epochs().get(0).lastFrameSeq()).isEqualTo(4);
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(4);
        assertThat(value(SinkCounter.RESTARTS)).isEqualTo(1);
        assertThat(value(SinkCounter.FAILED) + value(SinkCounter.UNKNOWN)).isZero();
    }

    /** What became of the first try is no longer of interest: the second carries all of it. */
    @Test
    void failuresThatAProducerTellsAfterItWasReplacedChangeNothing() {
        open(this::producer);
        for (int i = 0; i < 3; i++) {
            sink.offer(camera.next());
        }
        MockProducer<byte[], byte[]> first = awaitSent(0, 3);
        assertThat(first.errorNext(new OutOfOrderSequenceException("lost"))).isTrue();
        MockProducer<byte[], byte[]> second = awaitSent(1, 3);

        assertThat(first.errorNext(new RecordTooLargeException("late"))).isTrue();
        assertThat(first.errorNext(new OutOfOrderSequenceException("late"))).isTrue();
        assertThat(value(SinkCounter.FAILED)).as("sent again, not given up").isZero();
        sink.offer(camera.next());
        Await.until("the fourth is sent", LONG, () -> second.history().size() == 4 || producers.size() > 2, () -> "");
        assertThat(producers).as("the second goes on").hasSize(2);
        for (int i = 0; i < 4; i++) {
            assertThat(second.completeNext()).isTrue();
        }
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(4);
        assertThat(value(SinkCounter.RESTARTS)).isEqualTo(1);
    }

    /** Kafka's client would wait as long as the clock was set back before it connects again. */
    @Test
    void aNewProducerConnectsWhenTheClockWasSetBackAndNothingIsAnswered() {
        ManualClock clock = new ManualClock(Clock.system().epochNanos());
        open(this::producer, clock);
        sink.offer(camera.next());
        awaitSent(0, 1).completeNext();
        clock.stepNs(TimeUnit.DAYS.toNanos(700)); // as at first on a machine without a clock of its own
        sink.offer(camera.next());
        awaitSent(0, 2);
        clock.stepNs(-TimeUnit.HOURS.toNanos(2));
        clock.advanceMs(6_000); // nothing was answered for longer than an answer takes
        awaitSent(1, 1).completeNext();
        Await.until("the answer", LONG, () -> value(SinkCounter.ACKNOWLEDGED) == 2, () -> "");
        assertThat(value(SinkCounter.RESTARTS)).isEqualTo(1);
    }

    /** Without a broker's answer the client takes no message at all, so none is unanswered. */
    @Test
    void aNewProducerConnectsWhenTheClockWasSetBackAndTheOldOneFindsNoBroker() {
        ManualClock clock = new ManualClock(Clock.system().epochNanos());
        AtomicBoolean away = new AtomicBoolean(true);
        open(
                () -> {
                    MockProducer<byte[], byte[]> made = (MockProducer<byte[], byte[]>) producer();
                    made.sendException = away.get() ? new TimeoutException("no metadata") : null;
                    return made;
                },
                clock);
        sink.offer(camera.next());
        Await.until("tries", LONG, () -> value(SinkCounter.RETRIES) > 0, () -> "");
        assertThat(value(SinkCounter.RESTARTS)).isZero();

        away.set(false); // for a new producer: the old one waits for two hours before it connects
        clock.stepNs(-TimeUnit.HOURS.toNanos(2));
        awaitSent(1, 1).completeNext();
        Await.until("the answer", LONG, () -> value(SinkCounter.ACKNOWLEDGED) == 1, () -> "");
        assertThat(value(SinkCounter.RESTARTS)).isEqualTo(1);
    }

    /** What is refused closes the producer, perhaps while the next message is being sent. */
    @Test
    void aProducerThatWasClosedIsNotTakenForTheReason() {
        Producer<byte[], byte[]> closesItself =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                        if (history().isEmpty()) {
                            return super.send(record, callback);
                        }
                        Thread network = new Thread(() -> errorNext(new TopicAuthorizationException("t")));
                        network.start();
                        Await.until("closed", LONG, this::closed, () -> "");
                        throw new KafkaException("Requested metadata update after close");
                    }
                };
        producers.add((MockProducer<byte[], byte[]>) closesItself);
        open(() -> closesItself);
        Set<SinkState> states = EnumSet.noneOf(SinkState.class);
        sink.offer(camera.next());
        sink.offer(camera.next());
        Await.until(
                "not-authorized",
                LONG,
                () -> {
                    states.add(sink.metrics().state());
                    return states.contains(SinkState.NOT_AUTHORIZED);
                },
                states::toString);
        assertThat(states).doesNotContain(SinkState.REFUSED);
    }

    @Test
    void startsAnewEvenIfNothingMoreIsOffered() {
        open(this::producer);
        sink.offer(camera.next());
        awaitSent(0, 1).errorNext(new TopicAuthorizationException("t"));
        Await.until("state", () -> sink.metrics().state() == SinkState.NOT_AUTHORIZED);
        assertThat(sink.metrics().queuedMessages()).isEqualTo(1);
    }

    @Test
    void skipsAMessageNoBrokerTakesAndTellsIt() {
        open(this::producer);
        for (int i = 0; i < 3; i++) {
            sink.offer(camera.next());
        }
        MockProducer<byte[], byte[]> producer = awaitSent(0, 3);
        producer.completeNext();
        producer.errorNext(new RecordTooLargeException("too large"));
        producer.completeNext();
        awaitSent(0, 4).completeNext();
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(value(SinkCounter.FAILED)).isEqualTo(1);
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(3);
        List<ProducerRecord<byte[], byte[]>> arrived = new CopyOnWriteArrayList<>(producer.history());
        arrived.remove(1);
        assertThat(verify(arrived).isComplete()).isTrue();
        assertThat(verify(arrived).gapFrames()).isEqualTo(Map.of("not-published", 1L));
    }

    /** The others of a batch get an exception without a reason. */
    @Test
    void sendsAPartlyRefusedBatchAgainInOrderWithoutTheBadMessage() {
        open(this::producer);
        for (int i = 0; i < 5; i++) {
            sink.offer(camera.next());
        }
        MockProducer<byte[], byte[]> first = awaitSent(0, 5);
        first.errorNext(new KafkaException("part of a batch with invalid records"));
        first.errorNext(new RecordTooLargeException("too large"));
        MockProducer<byte[], byte[]> second = awaitSent(1, 5);
        for (int i = 0; i < 5; i++) {
            second.completeNext();
        }
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(second.history()).extracting(record -> id(record.value())).containsExactly("1", "n1", "3", "4", "5");
        assertThat(verify(second.history()).isComplete()).isTrue();
        assertThat(verify(second.history()).disorder()).isZero();
    }

    private static String id(byte[] json) {
        return new String(json, java.nio.charset.StandardCharsets.UTF_8)
                .replaceAll(".*\"messageId\":\"[^\"]*/([^\"/]*)\".*", "$1");
    }

    @Test
    void holdsWhatTheBrokerRefusesForItsTimeAndNamesTheClock() {
        open(this::producer);
        sink.offer(camera.next());
        sink.offer(camera.next());
        MockProducer<byte[], byte[]> first = awaitSent(0, 2);
        first.errorNext(
                new InvalidTimestampException("Timestamp 1795363200000 of message with offset 0 is out of range. "
                        + "The timestamp should be within [1795352400000, 1795359600000]"));
        Await.until("state", () -> sink.metrics().state() == SinkState.CLOCK_REFUSED);
        assertThat(sink.metrics().detail()).contains("3600 s later", "clock is ahead");
        MockProducer<byte[], byte[]> second = awaitSent(1, 2);
        second.completeNext();
        second.completeNext();
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(2);
        assertThat(value(SinkCounter.FAILED)).isZero();
    }

    /** Of several bad records in a batch Kafka's client names each by this exception: only the text tells them apart. */
    @Test
    void holdsABatchOfSeveralThatTheBrokerRefusesForTheirTime() {
        open(this::producer);
        sink.offer(camera.next());
        sink.offer(camera.next());
        MockProducer<byte[], byte[]> first = awaitSent(0, 2);
        String said = "Timestamp 1795363200000 of message with offset %d is out of range. "
                + "The timestamp should be within [-9223370240945214212, 1795359600000]";
        first.errorNext(new InvalidRecordException(said.formatted(0)));
        first.errorNext(new InvalidRecordException(said.formatted(1)));
        Await.until("state", () -> sink.metrics().state() == SinkState.CLOCK_REFUSED);
        MockProducer<byte[], byte[]> second = awaitSent(1, 2);
        second.completeNext();
        second.completeNext();
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(2);
        assertThat(value(SinkCounter.FAILED)).isZero();
    }

    /** Set aside, it would take the only word of the frames it counts with it. */
    @Test
    void holdsAGapMessageThatTheBrokerRefuses() {
        open(this::producer);
        sink.offer(camera.next());
        MockProducer<byte[], byte[]> first = awaitSent(0, 1);
        first.errorNext(new RecordTooLargeException("too large"));
        awaitSent(0, 2).errorNext(new RecordTooLargeException("too large, too"));
        Await.until("state", () -> sink.metrics().state() == SinkState.REFUSED);
        sink.offer(camera.next());
        MockProducer<byte[], byte[]> second = awaitSent(1, 2);
        second.completeNext();
        second.completeNext();
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(second.history()).extracting(record -> id(record.value())).containsExactly("n1", "2");
        assertThat(verify(second.history()).isComplete()).isTrue();
        assertThat(value(SinkCounter.FAILED)).isEqualTo(1);
    }

    @Test
    void triesTheSameMessageAgainWhileSendRefuses() {
        MockProducer<byte[], byte[]> moody =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(moody);
        moody.sendException =
                new TimeoutException("no metadata", new UnknownTopicOrPartitionException("no such topic"));
        open(() -> moody);
        sink.offer(camera.next());
        sink.offer(camera.next());
        Await.until("state", () -> sink.metrics().state() == SinkState.UNKNOWN_TOPIC);
        moody.sendException = new TimeoutException("no metadata");
        Await.until("state", () -> sink.metrics().state() == SinkState.UNREACHABLE);
        moody.sendException = null;
        awaitSent(0, 2);
        moody.completeNext();
        Await.until("state", () -> sink.metrics().state() == SinkState.READY);
        moody.completeNext();
        assertThat(verify(moody.history()).frames()).isEqualTo(2);
        assertThat(verify(moody.history()).disorder()).isZero();
        assertThat(value(SinkCounter.RETRIES)).isPositive();
        assertThat(value(SinkCounter.RESTARTS)).isZero();
    }

    @Test
    void waitsForAProducerThatCannotBeMade() {
        boolean[] ready = {false};
        open(() -> {
            if (!ready[0]) {
                ready[0] = true;
                throw new KafkaException("Failed to create new KafkaProducer", new IllegalStateException("no network"));
            }
            return producer();
        });
        sink.offer(camera.next());
        awaitSent(0, 1).completeNext();
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(1);
    }

    @Test
    void waitsForABrokerWhoseNameIsNotKnownYet() {
        sink = KafkaSink.open(new KafkaSinkSpec("no-such-broker.invalid:9092", "t", Map.of()), Clock.system());
        sink.offer(camera.next());
        Await.until(
                "state",
                Duration.ofSeconds(60),
                () -> sink.metrics().state() == SinkState.UNREACHABLE,
                () -> sink.metrics().state() + " " + sink.metrics().detail());
        System.out.println(sink.metrics().detail());
    }

    @Test
    void countsWhatNobodyAnsweredAsUnknown() {
        open(this::producer);
        sink.offer(camera.next());
        sink.offer(camera.next());
        awaitSent(0, 2).completeNext();
        assertThat(sink.close(Duration.ofMillis(50))).isFalse();
        assertThat(value(SinkCounter.ACKNOWLEDGED)).isEqualTo(1);
        assertThat(value(SinkCounter.UNKNOWN)).isEqualTo(1);
    }

    @Test
    void aProducerThatFailsToCloseIsToldInOneLineWithoutSecrets() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger logger = (Logger) LoggerFactory.getLogger("io.ringsight.sinks.queue.DeliveryThread");
        logger.addAppender(lines);
        try {
            open(() -> {
                MockProducer<byte[], byte[]> failing =
                        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                            @Override
                            public void close(Duration timeout) {
                                super.close(timeout);
                                throw new KafkaException(
                                        "Failed to close with ssl.key.password=hunter2-x",
                                        new IllegalStateException("ssl.key.password=hunter2-x"));
                            }
                        };
                producers.add(failing);
                return failing;
            });
            sink.offer(camera.next());
            awaitSent(0, 1);
            assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list).hasSize(1);
        assertThat(lines.list.get(0).getFormattedMessage()).contains("closing failed", "Failed to close");
        assertThat(lines.list.get(0).getThrowableProxy()).as("a stack trace").isNull();
        assertThat(lines.list.get(0).toString()).doesNotContain("hunter2");
    }
}
