package io.ringsight.sources;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.CaptureClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * An intake that remembers what it was given. Holds the last few pictures, as a pipeline does, and runs a test's own
 * step on each.
 */
public final class RecordingIntake implements FrameIntake {
    /** What is remembered of a picture. */
    public record Seen(
            int width, int height, int format, long ptsNs, CaptureClock clock, long captureUtcNs, long uncertaintyUs) {}

    /** A test's step. */
    public interface OnFrame {
        void accept(Picture picture, int number) throws InterruptedException;
    }

    final List<Seen> seen = new ArrayList<>();
    public final List<String> gaps = new ArrayList<>();
    /** What began and ended, and after how many frames. */
    public final List<String> doubts = new ArrayList<>();

    public final List<String> suspicions = new ArrayList<>();

    public final FrameLosses losses = new FrameLosses();
    /** Why frames were lost, how many, and after how many that were seen. */
    public final List<String> lossTimes = new ArrayList<>();

    /** Whether the next gap is met by an interrupt first. */
    public boolean interruptsOnce;

    private final SourceMetrics metrics = new SourceMetrics("cam");
    private final Deque<Picture> held = new ArrayDeque<>();
    private final int holds;
    private final OnFrame onFrame;
    private final CountDownLatch first = new CountDownLatch(1);

    public RecordingIntake() {
        this(2, (picture, number) -> {});
    }

    public RecordingIntake(int holds, OnFrame onFrame) {
        this.holds = holds;
        this.onFrame = onFrame;
    }

    @Override
    public synchronized void offer(Picture picture) throws InterruptedException {
        seen.add(new Seen(
                picture.width(),
                picture.height(),
                picture.pixelFormat(),
                picture.ptsNs(),
                picture.captureClock(),
                picture.captureUtcNs(),
                picture.uncertaintyUs()));
        held.add(picture);
        first.countDown();
        onFrame.accept(picture, seen.size());
        while (held.size() > holds) {
            held.remove().release();
        }
    }

    @Override
    public synchronized void lost(GapReason reason, int frames) {
        losses.add(reason, frames);
        lossTimes.add(frames + " " + reason.wireName() + " at " + seen.size());
    }

    @Override
    public synchronized void gap(GapReason reason, String detail) throws InterruptedException {
        if (interruptsOnce) {
            interruptsOnce = false;
            throw new InterruptedException();
        }
        gaps.add(reason.wireName() + ": " + detail);
    }

    @Override
    public synchronized void suspect(GapReason reason, String detail, long sinceUtcNs) {
        suspicions.add(reason.wireName() + " at " + seen.size());
    }

    @Override
    public synchronized void doubt(GapReason reason) {
        doubts.add((reason == null ? "none" : reason.wireName()) + " at " + seen.size());
    }

    @Override
    public synchronized void trust() {
        suspicions.add("well at " + seen.size());
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }

    boolean awaitFirst(long seconds) throws InterruptedException {
        return first.await(seconds, TimeUnit.SECONDS);
    }

    synchronized int lost(GapReason reason) {
        return losses.count(reason);
    }

    public synchronized int frames() {
        return seen.size();
    }

    public synchronized Seen last() {
        return seen.get(seen.size() - 1);
    }

    synchronized List<Long> pts() {
        return seen.stream().map(Seen::ptsNs).toList();
    }

    /** Shows the picture that came last, which must still be held. */
    public synchronized void withLast(Consumer<Picture> look) {
        look.accept(held.getLast());
    }

    /** The sum of the first plane's bytes of all pictures held, row by row. */
    synchronized long sumOfHeldPixels() {
        long sum = 0;
        for (Picture picture : held) {
            try (BytePointer bytes = new At(picture.planeAddress(0))) {
                for (long i = 0; i < (long) picture.planeStride(0) * picture.height(); i++) {
                    sum += bytes.get(i);
                }
            }
        }
        return sum;
    }

    /** A window on native memory. */
    private static final class At extends BytePointer {
        At(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    /** Gives all pictures back. */
    public synchronized void releaseAll() {
        while (!held.isEmpty()) {
            held.remove().release();
        }
    }
}
