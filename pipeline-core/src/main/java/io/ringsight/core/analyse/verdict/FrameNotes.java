package io.ringsight.core.analyse.verdict;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Notes on their way from the Analyse thread, which writes them, to the thread that judges. Bounded, and neither waits
 * for the other; a note that finds no room is left out, which the next one's frame number tells. Allocates nothing.
 */
final class FrameNotes {
    private final FrameNote[] places;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

    /** @param capacity a power of two */
    FrameNotes(int capacity) {
        places = new FrameNote[capacity];
        for (int i = 0; i < capacity; i++) {
            places[i] = new FrameNote();
        }
    }

    /** The next to be written, until {@link #publish()}; null if there is no room. Writer only. */
    FrameNote claim() {
        long next = written.getPlain();
        return next - read.getAcquire() == places.length ? null : places[(int) next & places.length - 1];
    }

    /** What was claimed may be read. */
    void publish() {
        written.setRelease(written.getPlain() + 1);
    }

    /** The oldest that is not {@link #release released}, or null. Reader only. */
    FrameNote peek() {
        long next = read.getPlain();
        return next == written.getAcquire() ? null : places[(int) next & places.length - 1];
    }

    /** What was peeked at may be written again. */
    void release() {
        read.setRelease(read.getPlain() + 1);
    }
}
