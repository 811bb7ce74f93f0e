package io.ringsight.sinks.kafka;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.kafka.client.KafkaFailure;
import io.ringsight.sinks.kafka.client.KafkaReason;
import io.ringsight.sinks.kafka.client.KafkaRecords;
import io.ringsight.sinks.kafka.client.KafkaText;
import io.ringsight.sinks.kafka.client.NetworkThread;
import io.ringsight.sinks.kafka.client.SetBack;
import io.ringsight.sinks.kafka.deadletter.DeadLetters;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Sends to one topic with one producer at a time. A producer that cannot go on is closed, and all that it had not
 * acknowledged is sent again in order by a new one: then, and only then, a message may come twice.
 *
 * <p>All fields belong to the sink's thread but the volatile ones, which the producer's thread reads or sets.
 */
final class KafkaDelivery implements Delivery {
    private static final long UNANSWERED_NS = TimeUnit.SECONDS.toNanos(5);
    /** A broker that makes topics when they are asked for needs a moment: no reason to alarm anybody. */
    private static final long TOPIC_PATIENCE_NS = TimeUnit.SECONDS.toNanos(4);
    /** A connection may take so long, */
    private static final long CONNECT_PATIENCE_NS = TimeUnit.SECONDS.toNanos(3);
    /** unless Kafka says what is wrong. */
    private static final long KNOWN_REASON_PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long PARTITIONS_ADDED_PAUSE_MS = 100;

    private static final int CONNECT_TRIES = 25;
    private static final long CONNECT_PAUSE_MS = 20;

    private final String topic;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final SinkQueue queue;
    private final SinkMetrics metrics;
    private final SinkStatus status;
    /** Null without a spool. */
    private final DeadLetters deadLetters;

    private final Clock clock;

    private final Spread spread = new Spread();
    /** Of the topic, when it was looked at last. */
    private int partitions;

    private final SetBack setBack;

    private Producer<byte[], byte[]> producer;
    private NetworkThread networkThread;
    private boolean failing;
    private long failingSinceNs;
    /** Attempts of earlier producers know by it that they no longer matter. */
    private volatile int generation;
    /** Why the producer cannot go on; set by its own thread. */
    private volatile KafkaFailure broken;

    KafkaDelivery(
            String topic,
            Supplier<Producer<byte[], byte[]>> producers,
            SinkQueue queue,
            SinkMetrics metrics,
            SinkStatus status,
            DeadLetters deadLetters,
            Clock clock) {
        this.clock = clock;
        setBack = new SetBack(clock);
        this.topic = topic;
        this.producers = producers;
        this.queue = queue;
        this.metrics = metrics;
        this.status = status;
        this.deadLetters = deadLetters;
    }

    /** The client's classes, the connection and the topic's partitions take a second: the first frames would wait. */
    @Override
    public boolean connect() throws InterruptedException {
        if (open() != null) {
            return false;
        }
        for (int i = 0; i < CONNECT_TRIES; i++) {
            if (isConnected()) {
                return true;
            }
            if (!queue.pause(CONNECT_PAUSE_MS)) {
                return false;
            }
        }
        return false;
    }

    private boolean isConnected() throws InterruptedException {
        try {
            producer.partitionsFor(topic);
            return true;
        } catch (InterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("stopped while connecting");
        } catch (KafkaException e) {
            return false;
        } catch (RuntimeException e) {
            throw KafkaText.clean(e);
        }
    }

    @Override
    public long deliver(QueuedMessage message) throws InterruptedException {
        KafkaFailure failure = broken;
        if (failure == null && producer == null) {
            failure = open();
        }
        if (failure == null) {
            lookAfterUnanswered();
            failure = broken == null ? lookAtPartitions(message) : broken;
            if (failure == null && !spread.follow(partitions, queue.unansweredNs() > 0)) {
                return PARTITIONS_ADDED_PAUSE_MS;
            }
            failure = failure == null ? send(message) : failure;
            // what was refused meanwhile closed the producer: that is the reason, not that it is closed
            failure = failure != null && broken != null ? broken : failure;
        }
        if (failure != null) {
            return treat(message, ofClock(failure));
        }
        failing = false;
        return TAKEN;
    }

    private KafkaFailure open() {
        try {
            NetworkThread.Made<Producer<byte[], byte[]>> made = NetworkThread.of(producers);
            producer = made.producer();
            networkThread = made.thread();
            setBack.begin();
            return null;
        } catch (KafkaException e) {
            return KafkaFailure.of(e);
        } catch (RuntimeException e) {
            throw KafkaText.clean(e);
        }
    }

    /** Kafka tells the reason of a failure once: it must not get lost here. */
    private KafkaFailure lookAtPartitions(QueuedMessage message) throws InterruptedException {
        return failureOf(
                message, () -> partitions = producer.partitionsFor(topic).size());
    }

    private KafkaFailure send(QueuedMessage message) throws InterruptedException {
        Attempt attempt = new Attempt(message, producer, generation);
        KafkaFailure failure = failureOf(
                message,
                () -> producer.send(KafkaRecords.record(topic, spread.partitions(), message.message()), attempt));
        return failure == null ? attempt.atOnce : failure;
    }

    private static KafkaFailure failureOf(QueuedMessage message, Runnable call) throws InterruptedException {
        try {
            call.run();
            return null;
        } catch (InterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("stopped while sending");
        } catch (KafkaException | IllegalStateException e) {
            return failure(message, e);
        } catch (RuntimeException e) {
            throw KafkaText.clean(e);
        }
    }

    /** A producer that finds no broker takes nothing, so nothing of it is unanswered: it is seen here. */
    private KafkaFailure ofClock(KafkaFailure failure) {
        boolean isOfClock = producer != null && failure.state() == SinkState.UNREACHABLE && setBack.isSeen();
        return isOfClock ? KafkaFailure.ofClockSetBack() : failure;
    }

    private static KafkaFailure failure(QueuedMessage message, Exception why) {
        KafkaFailure failure = KafkaFailure.of(why);
        EncodedMessage refused = message.message();
        return refused != null && refused.type() == MessageType.GAP ? failure.ofGap() : failure;
    }

    private long treat(QueuedMessage message, KafkaFailure failure) {
        if (broken == null && failure.remedy() == KafkaFailure.Remedy.SKIP) {
            refuse(message, failure, false);
            return TAKEN;
        }
        if (broken != null || failure.remedy() == KafkaFailure.Remedy.RESTART) {
            restart();
        }
        if (failingNs() >= patienceNs(failure.state())) {
            tellIf(() -> true, failure.state(), failure.detail());
        }
        return Math.max(1, failure.pauseMs());
    }

    private long failingNs() {
        long nowNs = clock.nanoTime();
        failingSinceNs = failing ? failingSinceNs : nowNs;
        failing = true;
        return nowNs - failingSinceNs;
    }

    private long patienceNs(SinkState state) {
        if (state == SinkState.UNREACHABLE) {
            boolean isReasonKnown = networkThread != null && networkThread.reason() != null;
            return isReasonKnown ? KNOWN_REASON_PATIENCE_NS : CONNECT_PATIENCE_NS;
        }
        return state == SinkState.UNKNOWN_TOPIC ? TOPIC_PATIENCE_NS : 0;
    }

    /** With what Kafka itself says of it, which no exception holds. */
    private void tellIf(BooleanSupplier isSo, SinkState state, String detail) {
        KafkaReason reason = networkThread == null ? null : networkThread.reason();
        if (state != SinkState.UNREACHABLE || reason == null) {
            status.setIf(isSo, state, detail);
        } else {
            status.setIf(isSo, reason.state(), detail + ": " + reason.text());
        }
    }

    private void refuse(QueuedMessage message, KafkaFailure failure, boolean inPlace) {
        EncodedMessage poison = message.message();
        if (deadLetters != null && poison != null) {
            deadLetters.add(poison, failure.detail());
        }
        if (inPlace) {
            queue.refusedInPlace(message, failure.detail());
        } else {
            queue.refused(message, failure.detail());
        }
        status.refused(poison == null ? "" : poison.messageId(), failure.detail());
    }

    @Override
    public void restart() {
        metrics.count(SinkCounter.RESTARTS);
        closeProducer();
        broken = null;
        queue.rewind();
    }

    private void closeProducer() {
        generation++;
        if (producer != null) {
            Producer<byte[], byte[]> old = producer;
            producer = null;
            networkThread.forget();
            // else Kafka tells of the interruption with a stack trace
            boolean interrupted = Thread.interrupted();
            try {
                old.close(Duration.ZERO);
            } catch (InterruptException e) {
                interrupted = true;
            } catch (RuntimeException e) {
                throw KafkaText.clean(e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Override
    public void idle() {
        lookAfterUnanswered();
        if (broken != null) {
            queue.rewind();
        }
    }

    /** A producer that waits for a broker says nothing: it is seen by what it does not acknowledge. */
    private void lookAfterUnanswered() {
        long unansweredNs = queue.unansweredNs();
        if (producer != null && broken == null && unansweredNs > 0 && networkThread.isDead()) {
            metrics.count(SinkCounter.ERRORS);
            broken = KafkaFailure.ofNetworkThread();
            return;
        }
        boolean isClockSetBack = setBack.isSeen();
        if (producer != null && broken == null && unansweredNs > UNANSWERED_NS && isClockSetBack) {
            metrics.count(SinkCounter.ERRORS);
            broken = KafkaFailure.ofClockSetBack();
            return;
        }
        if (unansweredNs > UNANSWERED_NS) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(unansweredNs);
            // an answer may come between the look above and here
            tellIf(
                    () -> queue.unansweredNs() > UNANSWERED_NS,
                    SinkState.UNREACHABLE,
                    "no acknowledgement for " + seconds + " s");
        }
    }

    @Override
    public void close() {
        closeProducer();
        if (deadLetters != null) {
            deadLetters.close();
        }
    }

    /** One message handed to one producer. */
    private final class Attempt implements Callback {
        private final QueuedMessage message;
        private final Producer<byte[], byte[]> by;
        private final int attemptGeneration;
        private final Thread sender = Thread.currentThread();
        /** The failure when send() itself refused, read by the sender only. */
        private KafkaFailure atOnce;

        Attempt(QueuedMessage message, Producer<byte[], byte[]> by, int generation) {
            this.message = message;
            this.by = by;
            attemptGeneration = generation;
        }

        @Override
        public void onCompletion(RecordMetadata where, Exception failure) {
            if (failure == null) {
                queue.acknowledged(message);
                status.ready();
            } else if (Thread.currentThread() == sender) {
                atOnce = failure(message, failure);
            } else if (attemptGeneration == generation) {
                failedLater(failure(message, failure));
            }
        }

        private void failedLater(KafkaFailure failure) {
            if (failure.remedy() == KafkaFailure.Remedy.SKIP) {
                refuse(message, failure, broken != null);
            } else if (broken == null) {
                broken = failure;
                // at once: what follows must not overtake what was refused
                by.close(Duration.ZERO);
            } else if (broken.isVague()) {
                broken = failure;
            }
        }
    }
}
