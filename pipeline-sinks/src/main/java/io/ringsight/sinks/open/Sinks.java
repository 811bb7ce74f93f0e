package io.ringsight.sinks.open;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import io.ringsight.sinks.spool.Spool;
import io.ringsight.sinks.spool.SpoolException;
import io.ringsight.sinks.spool.SpoolSpec;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Makes a sink of a {@link Delivery}: with a bounded queue, a thread, losses that are told in order, and a spool on disk
 * if one is wanted. A new kind of sink is a {@code Delivery} in a package of its own and one call of {@link #open}.
 */
public final class Sinks {
    private Sinks() {}

    /**
     * Opens a sink; its delivery connects at once, on the sink's thread.
     *
     * @param metrics the sink's, with its name
     * @param limits what the queue in memory holds
     * @param spool where and how much to keep on disk, if at all: what is not acknowledged then outlives the process
     * @param delivery makes the delivery, once, from the queue that it answers to and the state that it keeps;
     *     {@link Delivery#close} releases what it holds
     * @throws SpoolException if the spool's directory cannot be used
     */
    public static MessageSink open(
            SinkMetrics metrics,
            QueueLimits limits,
            Optional<SpoolSpec> spool,
            Clock clock,
            BiFunction<SinkQueue, SinkStatus, Delivery> delivery) {
        if (spool.isPresent()) {
            Spool opened = Spool.open(spool.get(), metrics, clock);
            return new SpooledSink(limits, opened, spool.get().maxBytes(), metrics, clock, delivery);
        }
        SinkQueue queue = new SinkQueue(metrics, limits, clock);
        queue.start(delivery.apply(queue, new SinkStatus(metrics, clock)));
        return queue;
    }
}
