package io.ringsight.sinks.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the answers that are still to come mean for the sink's state and for what is sent next. */
class KafkaAnswersTest {
    private static final String TOPIC = "t";
    private static final Node NODE = new Node(0, "localhost", 9092);
    private static final List<PartitionInfo> PARTITIONS = IntStream.range(0, 3)
            .mapToObj(i -> new PartitionInfo(TOPIC, i, NODE, new Node[] {NODE}, new Node[] {NODE}))
            .toList();

    private final Camera camera = new Camera("line1", Clock.system());
    private final AtomicInteger partitions = new AtomicInteger(1);
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(
                    new Cluster("c", List.of(NODE), PARTITIONS, Set.of(), Set.of()),
                    false,
                    null,
                    new ByteArraySerializer(),
                    new ByteArraySerializer()) {
                @Override
                public List<PartitionInfo> partitionsFor(String topic) {
                    return PARTITIONS.subList(0, partitions.get());
                }
            };
    private MessageSink sink;

    /** Turned by hand; the sink's thread reads the wall clock where it looks after answers. */
    private static final class WatchedClock implements Clock {
        private final ManualClock hands = new ManualClock(0);
        private final AtomicReference<Runnable> onNextLook = new AtomicReference<>(() -> {});
        private final AtomicInteger looks = new AtomicInteger();

        @Override
        public long nanoTime() {
            return hands.nanoTime();
        }

        @Override
        public long epochNanos() {
            if (Thread.currentThread().getName().startsWith("sink-")) {
                onNextLook.getAndSet(() -> {}).run();
                looks.incrementAndGet();
            }
            return hands.epochNanos();
        }
    }

    private void open(Clock clock) {
        sink = KafkaSink.open(new KafkaSinkSpec("localhost:9092", TOPIC, Map.of()), clock, () -> producer);
    }

    @AfterEach
    void close() {
        sink.close(Duration.ZERO);
    }

    private void awaitSent(int records) {
        Await.until(records + " sent", () -> producer.history().size() >= records);
    }

    /** No other message follows: nobody else would tell that the broker is back. */
    @Test
    void anAnswerThatComesWhileItsAbsenceIsLookedAtIsNotHidden() {
        WatchedClock clock = new WatchedClock();
        open(clock);
        sink.offer(camera.next());
        awaitSent(1);
        AtomicBoolean answered = new AtomicBoolean();
        clock.onNextLook.set(() -> {
            clock.hands.advanceNs(TimeUnit.MINUTES.toNanos(1));
            clock.onNextLook.set(() -> answered.set(producer.completeNext()));
        });
        Await.until("answered", answered::get);
        int looks = clock.looks.get();
        Await.until("looked at again", () -> clock.looks.get() > looks + 1);
        assertThat(sink.metrics().state()).isEqualTo(SinkState.READY);
    }

    /** What is sent again after a restart goes by the new number: it would come behind newer messages. */
    @Test
    void partitionsThatAreAddedAreUsedOnceAllThatWasSentIsAnswered() {
        open(Clock.system());
        sink.offer(camera.next());
        sink.offer(camera.next());
        awaitSent(2);
        partitions.set(3);
        sink.offer(camera.next());
        Await.until(
                "it waits or is sent",
                () -> sink.metrics().value(SinkCounter.RETRIES) > 1
                        || producer.history().size() > 2);
        assertThat(producer.completeNext()).isTrue();
        assertThat(producer.history()).hasSize(2);
        assertThat(producer.completeNext()).isTrue();
        awaitSent(3);
        assertThat(producer.completeNext()).isTrue();
        assertThat(producer.history().stream().map(ProducerRecord::partition))
                .containsExactly(0, 0, BuiltInPartitioner.partitionForKey("line1".getBytes(UTF_8), 3));
        assertThat(sink.close(Duration.ofSeconds(240))).isTrue();
    }
}
