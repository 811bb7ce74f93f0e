package io.ringsight.core.pipeline;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.ring.FrameRing;
import io.ringsight.core.ring.SlotWriter;
import io.ringsight.core.time.Clock;

/**
 * One source's way into the ring, and its account: every frame number is either moved into a slot or counted in the
 * losses of the slot that follows.
 *
 * <p>Owned by the source's thread, but for {@link #published}, which the Publish stage owns, and the credits.
 */
final class SourceIntake implements FrameIntake {
    /** The Publish stage's side of the account. */
    final PublishedSoFar published = new PublishedSoFar();

    private final IntakeSpec spec;
    private final FrameRing<FrameSlot> ring;
    private final Clock clock;
    private final SourceMetrics metrics;
    private final Credits credits;
    private final RateLimit rateLimit;
    private final FrameLosses losses = new FrameLosses();
    private final SlotWriter<FrameSlot> writeFrame = this::writeFrame;
    private final SlotWriter<FrameSlot> writeGap = this::writeGap;
    private long frameSeq;
    private long lastFrameUtcNs;
    private Picture picture;
    private GapEvent gap;
    private long gapSeq;

    SourceIntake(IntakeSpec spec, FrameRing<FrameSlot> ring, Clock clock) {
        this.spec = spec;
        this.ring = ring;
        this.clock = clock;
        metrics = new SourceMetrics(spec.sourceId().value());
        credits = new Credits(spec.credits());
        rateLimit = new RateLimit(spec.maxFps());
        lastFrameUtcNs = clock.epochNanos();
    }

    @Override
    public void offer(Picture decoded) throws InterruptedException {
        frameSeq++;
        metrics.count(Counter.FRAMES_DECODED);
        boolean moved = false;
        try {
            if (gap != null) {
                endGap();
            }
            lastFrameUtcNs = clock.epochNanos();
            moved = move(decoded);
        } finally {
            if (!moved) {
                decoded.release();
            }
        }
    }

    private boolean move(Picture decoded) throws InterruptedException {
        long timeNs = decoded.ptsNs() == Picture.UNKNOWN ? clock.nanoTime() : decoded.ptsNs();
        if (!rateLimit.passes(timeNs)) {
            count(GapReason.RATE_LIMIT, 1);
            return false;
        }
        picture = decoded;
        if (spec.lossless()) {
            return moveWaiting();
        }
        if (credits.tryTake()) {
            if (ring.tryPublish(writeFrame)) {
                return true;
            }
            credits.giveBack();
        }
        count(GapReason.OVERLOAD, 1);
        return false;
    }

    private boolean moveWaiting() throws InterruptedException {
        boolean moved = false;
        try {
            credits.take();
            ring.publish(writeFrame);
            moved = true;
        } finally {
            if (!moved) {
                // Only an interrupt comes here: the process is closing, the frame is accounted for all the same.
                count(GapReason.OVERLOAD, 1);
            }
        }
        return moved;
    }

    private void writeFrame(FrameSlot slot) {
        slot.frame(this, frameSeq, picture, clock.nanoTime());
        slot.losses.moveFrom(losses);
    }

    @Override
    public void lost(GapReason reason, int frames) {
        frameSeq += frames;
        metrics.count(Counter.FRAMES_DECODED, frames);
        count(reason, frames);
    }

    private void count(GapReason reason, int frames) {
        losses.add(reason, frames);
        metrics.count(counterOf(reason), frames);
    }

    /** The counter of frames lost for {@code reason}. */
    static Counter counterOf(GapReason reason) {
        switch (reason) {
            case OVERLOAD:
                return Counter.FRAMES_OVERLOAD;
            case LATE:
                return Counter.FRAMES_LATE;
            case CORRUPT:
                return Counter.FRAMES_CORRUPT;
            case INFERENCE_FAILED:
                return Counter.FRAMES_INFERENCE_FAILED;
            case RATE_LIMIT:
                return Counter.FRAMES_RATE_LIMIT;
            default:
                throw new IllegalArgumentException(reason + " counts no frames");
        }
    }

    @Override
    public void gap(GapReason reason, String detail) throws InterruptedException {
        if (reason.countsFrames()) {
            throw new IllegalArgumentException(reason + " is counted frame by frame, use lost()");
        }
        if (gap != null && gap.reason() == reason) {
            return;
        }
        long sinceUtcNs = gap == null ? lastFrameUtcNs : gap.sinceUtcNs();
        gap = new GapEvent(++gapSeq, reason, detail, sinceUtcNs, Picture.UNKNOWN);
        ring.publish(writeGap);
    }

    private void endGap() throws InterruptedException {
        // The frame that ends it has its number already; the gap's account ends with the frame before.
        frameSeq--;
        try {
            gap = new GapEvent(++gapSeq, gap.reason(), gap.detail(), gap.sinceUtcNs(), clock.epochNanos());
            ring.publish(writeGap);
            gap = null;
        } finally {
            frameSeq++;
        }
    }

    private void writeGap(FrameSlot slot) {
        slot.gap(this, frameSeq, gap);
        slot.losses.moveFrom(losses);
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }

    SourceId sourceId() {
        return spec.sourceId();
    }

    boolean lossless() {
        return spec.lossless();
    }

    long deadlineNs() {
        return spec.deadlineNs();
    }

    /** The frame has left the ring. Called by the Publish stage. */
    void giveCreditBack() {
        credits.giveBack();
    }

    /** What of the source's account is published. Owned by the Publish stage. */
    static final class PublishedSoFar {
        /** Frame number of the last message, up to which everything is accounted for. */
        long frameSeq;
        /** Frames behind it that will be in no message. */
        final FrameLosses pending = new FrameLosses();
    }
}
