package io.ringsight.sinks.kafka.client;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The thread of Kafka's own in which a producer sends. An {@link Error} ends it without a word, and the producer then takes
 * messages for ever and answers none.
 */
public final class NetworkThread {
    static final String NAME = "kafka-producer-network-thread";
    private static final Object ONE_AT_A_TIME = new Object();

    private final Thread thread;

    private NetworkThread(Thread thread) {
        this.thread = thread;
    }

    /** A producer and its thread. */
    public record Made<T>(T producer, NetworkThread thread) {}

    /** Makes a producer and finds the thread it started, if it did. */
    public static <T> Made<T> of(Supplier<T> producers) {
        synchronized (ONE_AT_A_TIME) {
            Set<Thread> before = running();
            T producer = producers.get();
            Set<Thread> after = running();
            after.removeAll(before);
            return new Made<>(
                    producer,
                    new NetworkThread(after.size() == 1 ? after.iterator().next() : null));
        }
    }

    private static Set<Thread> running() {
        Thread[] threads = new Thread[Thread.activeCount() + 64];
        int count = Thread.enumerate(threads);
        Set<Thread> found = new HashSet<>();
        Arrays.stream(threads, 0, count)
                .filter(thread -> thread.getName().startsWith(NAME))
                .forEach(found::add);
        return found;
    }

    /** What it said last, or null. */
    public KafkaReason reason() {
        return thread == null ? null : KafkaReason.lastOf(thread);
    }

    /** The producer is closed, or works. */
    public void forget() {
        if (thread != null) {
            KafkaReason.forget(thread);
        }
    }

    public boolean isDead() {
        return thread != null && !thread.isAlive();
    }
}
