package io.ringsight.sinks;

import io.ringsight.core.metrics.SinkMetrics;
import java.time.Duration;

/**
 * A receiver of messages behind a bounded queue and a thread of its own. Any thread may call; the messages of one
 * source come from one thread at a time, in order, and leave in that order.
 */
public interface MessageSink {
    /** {@code kafka:TOPIC}, {@code jsonl:PATH}: unique in one daemon, without secrets. */
    default String name() {
        return metrics().sinkName();
    }

    /**
     * Takes a message, or drops and counts it when there is no room; never waits. What was dropped is told to the
     * receiver in a gap message of reason {@code not-published} that takes its place.
     *
     * @return whether it was taken
     */
    boolean offer(EncodedMessage message);

    /**
     * Takes a message of a recording, whose source was let in while {@link #hasRoom()}: over the limits if need be, and
     * never waits. Once the sink closes it drops and counts instead.
     */
    void put(EncodedMessage message);

    /** Whether recordings may go on. Any thread. */
    boolean hasRoom();

    /** Has {@code listener} run each time {@link #hasRoom()} may be true again. It must be quick; there is one. */
    void onRoom(Runnable listener);

    /**
     * Waits until the receiver answered for the first time, or is known not to answer now; {@code limit} at most.
     *
     * @return whether it answered
     */
    boolean awaitConnected(Duration limit) throws InterruptedException;

    /** Counters, state and queue. */
    SinkMetrics metrics();

    /**
     * Takes no more, waits at most {@code deadline} until all is acknowledged and stops. What remains is counted as
     * failed or unknown. Closing again does nothing.
     *
     * @return whether everything taken was acknowledged
     */
    boolean close(Duration deadline);
}
