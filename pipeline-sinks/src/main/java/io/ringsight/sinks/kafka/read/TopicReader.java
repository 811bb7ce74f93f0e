package io.ringsight.sinks.kafka.read;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.client.KafkaFailure;
import io.ringsight.sinks.kafka.client.SetBack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads a topic without a consumer group and without leaving a trace. Each partition's records come in order. Partitions
 * that are added are read, too; what retention removes before it was read is told; a topic recreated is read from its
 * beginning; a broker that does not answer ends a call within 15 s ({@code default.api.timeout.ms}). One thread.
 */
public final class TopicReader implements OpenTopic {
    /** A poll takes what has come on the socket, a tenth of an answer: the next part comes at once, if any comes. */
    private static final long SHORT_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final long SHORT_PAUSES_FOR_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(32);

    private final String topic;
    private final String bootstrapServers;
    private final Clock clock;
    private final long patienceNs;
    private final SetBack setBack;
    private final Map<String, Object> settings;
    private KafkaConsumer<byte[], byte[]> consumer;
    private TopicWatch watch;
    private final Map<Integer, Long> nextOffsets = new TreeMap<>();
    private final Set<Integer> removedUntold = new LinkedHashSet<>();
    private final Set<Integer> restartedUntold = new LinkedHashSet<>();
    private Map<Integer, Long> ends = Map.of();
    private Map<Integer, Long> goals = Map.of();
    private Uuid id;
    private long size;
    private long progressNs;
    private long missingOffsets;

    private TopicReader(String bootstrapServers, String topic, Map<String, String> properties, Clock clock) {
        this.clock = clock;
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        settings = ReaderSettings.settings(bootstrapServers, properties);
        patienceNs = Duration.ofMillis(
                        Long.parseLong(String.valueOf(settings.get(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG))))
                .toNanos();
        setBack = new SetBack(clock);
        makeClients();
    }

    private void makeClients() {
        var made = new KafkaConsumer<byte[], byte[]>(settings);
        try {
            watch = new TopicWatch(Admin.create(ReaderSettings.adminSettings(settings)), topic, clock);
        } catch (KafkaException e) {
            made.close(CloseOptions.timeout(Duration.ZERO));
            throw e;
        }
        consumer = made;
        setBack.begin();
    }

    /**
     * New clients that go on where the old ones were: those may wait for as long as the clock was set back. The old ones
     * stay if Kafka refuses to make others (no file descriptors are left, a name is not found).
     */
    private void renewClients() {
        KafkaConsumer<byte[], byte[]> oldConsumer = consumer;
        TopicWatch oldWatch = watch;
        makeClients();
        close(oldWatch, oldConsumer);
        consumer.assign(topicPartitions(nextOffsets.keySet()));
        Map.copyOf(nextOffsets).forEach(this::seek);
    }

    /** As {@link #open(String, String, Map, Optional)}, from the beginning. */
    public static TopicReader open(String bootstrapServers, String topic, Map<String, String> properties)
            throws TopicException {
        return open(bootstrapServers, topic, properties, Optional.empty());
    }

    /**
     * Opens the topic; waits at most 15 s ({@code default.api.timeout.ms}) for the broker.
     *
     * @param properties plain Kafka consumer properties, e.g. TLS and SASL
     * @param since the record time to begin at; from the beginning if empty
     * @throws TopicException if the broker does not answer or refuses, or the topic is not there
     */
    public static TopicReader open(
            String bootstrapServers, String topic, Map<String, String> properties, Optional<Instant> since)
            throws TopicException {
        return open(bootstrapServers, topic, properties, since, Clock.system());
    }

    static TopicReader open(
            String bootstrapServers, String topic, Map<String, String> properties, Optional<Instant> since, Clock clock)
            throws TopicException {
        TopicReader reader;
        try {
            reader = new TopicReader(bootstrapServers, topic, properties, clock);
        } catch (KafkaException e) {
            throw failure("topic " + topic + " at " + bootstrapServers, bootstrapServers, e);
        }
        try {
            reader.begin(since);
            return reader;
        } catch (KafkaException e) {
            reader.close();
            throw reader.failure(e);
        } catch (TopicException e) {
            reader.close();
            throw e;
        }
    }

    private void begin(Optional<Instant> since) throws TopicException {
        var partitions = consumer.listTopics().get(topic);
        if (partitions == null || partitions.isEmpty()) {
            throw new TopicException(where() + ": there is no such topic; check its name with the broker");
        }
        List<Integer> all = partitions.stream().map(found -> found.partition()).toList();
        ends = offsets(consumer.endOffsets(topicPartitions(all)));
        goals = ends;
        assign(all);
        since.ifPresent(this::seek);
        nextOffsets.forEach((partition, next) -> size += ends.get(partition) - next);
        progressNs = clock.nanoTime();
    }

    /** Adds partitions, each at its beginning. */
    private void assign(Collection<Integer> added) {
        Map<Integer, Long> beginnings = offsets(consumer.beginningOffsets(topicPartitions(added)));
        Set<TopicPartition> assigned = new LinkedHashSet<>(consumer.assignment());
        assigned.addAll(topicPartitions(added));
        consumer.assign(assigned);
        beginnings.forEach((partition, beginning) -> {
            seek(partition, beginning);
            if (beginning > 0) {
                removedUntold.add(partition);
            }
        });
    }

    private void seek(Instant since) {
        Map<TopicPartition, Long> wanted = topicPartitions(nextOffsets.keySet()).stream()
                .collect(Collectors.toMap(partition -> partition, partition -> since.toEpochMilli()));
        consumer.offsetsForTimes(wanted).forEach((partition, found) -> {
            long offset = found == null ? ends.get(partition.partition()) : found.offset();
            if (offset > nextOffsets.get(partition.partition())) {
                removedUntold.add(partition.partition());
                seek(partition.partition(), offset);
            }
        });
    }

    private void seek(int partition, long offset) {
        consumer.seek(new TopicPartition(topic, partition), offset);
        nextOffsets.put(partition, offset);
    }

    private List<TopicPartition> topicPartitions(Collection<Integer> partitions) {
        return partitions.stream()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private static Map<Integer, Long> offsets(Map<TopicPartition, Long> offsets) {
        Map<Integer, Long> byPartition = new TreeMap<>();
        offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
        return byPartition;
    }

    @Override
    public void poll(Duration limit, TopicRecords to) throws TopicException {
        try {
            if (setBack.isSeen()) {
                renewClients();
            }
            Optional<TopicWatch.Look> look = watch.next();
            if (look.isPresent()) {
                follow(look.get());
            }
            restartedUntold.forEach(to::restarted);
            restartedUntold.clear();
            removedUntold.forEach(to::removed);
            removedUntold.clear();
            for (ConsumerRecord<byte[], byte[]> record : await(limit)) {
                hand(record, to);
            }
        } catch (OffsetOutOfRangeException e) {
            e.offsetOutOfRangePartitions().keySet().forEach(partition -> goOn(partition.partition()));
        } catch (KafkaException e) {
            throw failure(e);
        }
        checkThatItGoesOn();
    }

    /** Kafka's client itself would wait by the wall clock: for an hour, if that is set back by an hour meanwhile. */
    private ConsumerRecords<byte[], byte[]> await(Duration limit) {
        long beganNs = clock.nanoTime();
        long waitedNs = 0;
        long pauseNs = SHORT_PAUSE_NS;
        ConsumerRecords<byte[], byte[]> come = consumer.poll(Duration.ZERO);
        while (come.isEmpty() && waitedNs < limit.toNanos()) {
            LockSupport.parkNanos(pauseNs);
            pauseNs = waitedNs < SHORT_PAUSES_FOR_NS ? SHORT_PAUSE_NS : Math.min(2 * pauseNs, MAX_PAUSE_NS);
            come = consumer.poll(Duration.ZERO);
            waitedNs = clock.nanoTime() - beganNs;
        }
        return come;
    }

    private void hand(ConsumerRecord<byte[], byte[]> record, TopicRecords to) {
        long expected = nextOffsets.getOrDefault(record.partition(), record.offset());
        missingOffsets += Math.max(0, record.offset() - expected);
        nextOffsets.put(record.partition(), record.offset() + 1);
        progressNs = clock.nanoTime();
        String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
        to.record(new TopicRecord(record.partition(), record.offset(), key, record.value()));
    }

    /** What changed: partitions were added, or the topic is another one of the same name. */
    private void follow(TopicWatch.Look look) {
        boolean isAnother = id != null && !look.id().equals(id);
        id = look.id();
        ends = look.ends();
        if (isAnother) {
            nextOffsets.clear();
            consumer.assign(List.of());
            assign(ends.keySet());
            restartedUntold.addAll(ends.keySet());
            return;
        }
        List<Integer> added = new ArrayList<>(ends.keySet());
        added.removeAll(nextOffsets.keySet());
        if (!added.isEmpty()) {
            assign(added);
        }
    }

    /** The records at our place are gone: retention took them, or the end of the partition was lost. */
    private void goOn(int partition) {
        List<TopicPartition> one = topicPartitions(List.of(partition));
        long beginning = consumer.beginningOffsets(one).get(one.get(0));
        long end = consumer.endOffsets(one).get(one.get(0));
        boolean isAhead = nextOffsets.get(partition) > end;
        // the beginning again if the topic may be another one; the next look tells
        seek(partition, isAhead && beginning > 0 ? end : beginning);
        removedUntold.add(partition);
    }

    private void checkThatItGoesOn() throws TopicException {
        long nowNs = clock.nanoTime();
        if (watch.silentNs() > patienceNs) {
            String why = watch.failure()
                    .map(failure -> " (" + failure.detail() + ")")
                    .orElse("");
            throw new TopicException(where() + ": no answer for "
                    + Duration.ofNanos(watch.silentNs()).toSeconds() + " s" + why + "; is the broker running?");
        }
        if (left() == 0) {
            progressNs = nowNs;
        } else if (watch.answeredNs() - progressNs > patienceNs) { // since its last record, or it may have died
            throw new TopicException(
                    where() + ": the broker answers, but gave none of the " + left() + " records that are left for "
                            + Duration.ofNanos(nowNs - progressNs).toSeconds() + " s");
        }
    }

    @Override
    public long left() {
        long left = 0;
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            left += Math.max(0, end.getValue() - position(end.getKey()));
        }
        return left;
    }

    /** Behind the last record handed over, and what lies there that is no record, such as a transaction's end. */
    private long position(int partition) {
        return nextOffsets.containsKey(partition)
                ? Math.max(nextOffsets.get(partition), consumer.position(new TopicPartition(topic, partition)))
                : 0;
    }

    /** Hands over all records that were there when the topic was opened. */
    public void readToEnd(TopicRecords to) throws TopicException {
        Uuid first = null;
        while (!isAtEnd()) {
            poll(Duration.ofMillis(500), to);
            first = first == null ? id : first;
            if (first != null && !first.equals(id)) {
                throw new TopicException(
                        where() + ": the topic was deleted and recreated while it was read; start" + " again");
            }
        }
    }

    /** Whether all records that were there when the topic was opened have been handed over. */
    public boolean isAtEnd() throws TopicException {
        try {
            for (Map.Entry<Integer, Long> goal : goals.entrySet()) {
                if (position(goal.getKey()) < goal.getValue()) {
                    return false;
                }
            }
            return true;
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    /** How many records lay in the topic when it was opened, from where reading began. */
    public long size() {
        return size;
    }

    @Override
    public long missingOffsets() {
        return missingOffsets;
    }

    private String where() {
        return "topic " + topic + " at " + bootstrapServers;
    }

    private TopicException failure(KafkaException e) {
        return failure(where(), bootstrapServers, e);
    }

    private static TopicException failure(String where, String bootstrapServers, KafkaException e) {
        KafkaFailure failure = KafkaFailure.of(e);
        if (e instanceof TimeoutException) {
            return new TopicException("no Kafka broker answers at " + bootstrapServers + "; is it running?", e);
        }
        if (e instanceof UnknownTopicOrPartitionException) {
            return new TopicException(where + ": there is no such topic (any more)", e);
        }
        if (e instanceof AuthenticationException || e instanceof AuthorizationException) {
            return new TopicException(where + ": " + failure.state().sentence() + " (" + failure.detail() + ")", e);
        }
        return new TopicException(where + ": " + failure.detail(), e);
    }

    @Override
    public void close() {
        close(watch, consumer);
    }

    private static void close(TopicWatch watch, KafkaConsumer<byte[], byte[]> consumer) {
        watch.close();
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
