package io.ringsight.sinks.kafka.read;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.client.KafkaFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.LeaderNotAvailableException;

/**
 * Looks again and again at a topic while it is read: a consumer says nothing when the broker dies, when partitions are
 * added, or when the topic is recreated. Looks go on in the background; one thread asks for them.
 */
final class TopicWatch implements AutoCloseable {
    private static final long LOOK_NS = Duration.ofSeconds(2).toNanos();

    private final Admin admin;
    private final String topic;
    private final Clock clock;
    private CompletableFuture<Look> pending;
    private long askedNs;
    private long answeredNs;
    private KafkaFailure failure;

    /**
     * A topic as all its leaders described it.
     *
     * @param id of the topic, another one when it was recreated
     * @param ends the offset after the last record, by partition
     */
    record Look(Uuid id, Map<Integer, Long> ends) {}

    TopicWatch(Admin admin, String topic, Clock clock) {
        this.admin = admin;
        this.topic = topic;
        this.clock = clock;
        answeredNs = clock.nanoTime();
        ask();
    }

    /** The newest look, once; asks for the next one when it is time. Does not wait. */
    Optional<Look> next() {
        if (pending == null && clock.nanoTime() - askedNs >= LOOK_NS) {
            ask();
        }
        if (pending == null || !pending.isDone()) {
            return Optional.empty();
        }
        CompletableFuture<Look> done = pending;
        pending = null;
        try {
            Look look = done.join();
            answeredNs = clock.nanoTime();
            failure = null;
            return Optional.of(look);
        } catch (CompletionException e) {
            failure = KafkaFailure.of(e.getCause() == null ? e : e.getCause());
            return Optional.empty();
        }
    }

    /** How long ago all leaders of the topic answered. */
    long silentNs() {
        return clock.nanoTime() - answeredNs;
    }

    /** When all leaders of the topic answered last. */
    long answeredNs() {
        return answeredNs;
    }

    /** Why the last look failed, if it did. */
    Optional<KafkaFailure> failure() {
        return Optional.ofNullable(failure);
    }

    private void ask() {
        askedNs = clock.nanoTime();
        try {
            pending = admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .get(topic)
                    .toCompletionStage()
                    .thenCompose(this::ends)
                    .toCompletableFuture();
        } catch (KafkaException e) {
            pending = CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<Look> ends(TopicDescription description) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (TopicPartitionInfo partition : description.partitions()) {
            if (partition.leader() == null || partition.leader().isEmpty()) {
                throw new LeaderNotAvailableException("partition " + partition.partition() + " has no leader");
            }
            wanted.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
        }
        return admin.listOffsets(wanted).all().toCompletionStage().thenApply(found -> {
            Map<Integer, Long> ends = new HashMap<>();
            found.forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
            return new Look(description.topicId(), ends);
        });
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
