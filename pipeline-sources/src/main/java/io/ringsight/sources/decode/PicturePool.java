package io.ringsight.sources.decode;

import io.ringsight.core.time.Clock;
import io.ringsight.sources.libav.Deadline;
import java.util.concurrent.locks.LockSupport;

/**
 * The fixed number of pictures a source has. Owned by the source's thread; others only release pictures.
 *
 * <p>A released picture keeps its pixels until it is taken again, so that no native memory is touched on the threads
 * that release. The first free one is taken, so those seldom needed hold none.
 */
public final class PicturePool {
    private static final long POLL_NS = 200_000L;

    private final PooledPicture[] pictures;
    private final Clock clock;

    public PicturePool(int size, Clock clock) {
        if (size < 1) {
            throw new IllegalArgumentException("a source needs at least one picture: " + size);
        }
        this.clock = clock;
        pictures = new PooledPicture[size];
        for (int i = 0; i < size; i++) {
            pictures[i] = new PooledPicture();
        }
    }

    /** A free picture without pixels, held once by the caller; null if all are held. */
    public PooledPicture tryTake() {
        for (PooledPicture candidate : pictures) {
            if (candidate.picture().tryAcquire()) {
                return candidate;
            }
        }
        return null;
    }

    /** Waits for a free picture; null once {@code deadline} is stopped. */
    PooledPicture take(Deadline deadline) throws InterruptedException {
        PooledPicture taken = tryTake();
        while (taken == null && !deadline.isStopped()) {
            pause();
            taken = tryTake();
        }
        return taken;
    }

    /** Drops the pixels of all free pictures. */
    public void dropPixels() {
        for (PooledPicture pooled : pictures) {
            if (pooled.picture().tryAcquire()) {
                pooled.dropPixels();
                pooled.picture().release();
            }
        }
    }

    /** Waits until nobody holds a picture, or until {@code untilNs}. */
    public void awaitAll(long untilNs) throws InterruptedException {
        for (PooledPicture pooled : pictures) {
            while (!pooled.picture().isFree() && clock.nanoTime() - untilNs < 0) {
                pause();
            }
        }
    }

    /** Frees all pictures nobody holds; returns how many are left, which may never be freed then. */
    public int free() {
        int held = 0;
        for (PooledPicture pooled : pictures) {
            // The reference is kept: a picture without memory must never be taken again.
            if (pooled.picture().tryAcquire()) {
                pooled.free();
            } else {
                held++;
            }
        }
        return held;
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(POLL_NS);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
