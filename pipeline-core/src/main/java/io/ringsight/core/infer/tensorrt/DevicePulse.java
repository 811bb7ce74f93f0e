package io.ringsight.core.infer.tensorrt;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often threads called a device in order to load, launch or await a batch, and how often that returned. Any thread;
 * allocates nothing.
 */
final class DevicePulse {
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();

    /** The calling thread turns to the device, which may never answer. */
    void begin() {
        begun.incrementAndGet();
    }

    /** The device has answered. */
    void end() {
        ended.incrementAndGet();
    }

    /** Answers so far, or -1 while nobody waits for one. */
    long answers() {
        // Read first: a call that begins and ends in between must not look like one that is waited for.
        long answers = ended.get();
        return begun.get() > answers ? answers : -1;
    }
}
