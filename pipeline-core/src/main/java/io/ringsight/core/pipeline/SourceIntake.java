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
import java.util.function.IntSupplier;

/**
 * One source's way into the ring, and its account: every frame number is either moved into a slot or counted in the
 * losses of the slot that follows.
 *
 * <p>Owned by the source's thread, but for {@link #published}, which the Publish stage owns, and the credits.
 */
final class SourceIntake implements FrameIntake {
    /** The Publish stage's side of the account. */
    final PublishedSoFar published;

    private final Account account;
    private final IntakeSpec spec;
    private final FrameRing<FrameSlot> ring;
    private final Clock clock;
    private final SourceMetrics metrics;
    private final Credits credits;
    private final RateLimit rateLimit;
    private final SlotWriter<FrameSlot> writeFrame = this::writeFrame;
    private final SlotWriter<FrameSlot> writeGap = this::writeGap;
    private Picture picture;
    /** What the next gap message tells. */
    private GapEvent event;

    /**
     * @param account the source's own, whose last intake is not used any more
     * @param share slots that are this source's when every source wants as many as it may have
     */
    SourceIntake(IntakeSpec spec, Account account, FrameRing<FrameSlot> ring, IntSupplier share, Clock clock) {
        this.spec = spec;
        this.account = account;
        published = account.published;
        this.ring = ring;
        this.clock = clock;
        metrics = account.metrics(spec.sourceId());
        credits = new Credits(() -> Math.min(spec.credits(), share.getAsInt()));
        rateLimit = new RateLimit(spec.maxFps());
    }

    @Override
    public void offer(Picture decoded) throws InterruptedException {
        account.frameSeq++;
        metrics.count(Counter.FRAMES_DECODED);
        boolean moved = false;
        try {
            if (account.gap != null) {
                endGap();
            }
            account.lastFrameUtcNs = clock.epochNanos();
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
        slot.frame(this, account.frameSeq, picture, clock.nanoTime());
        slot.suspicion = account.suspicion == null ? null : account.suspicion.reason();
        slot.losses.moveFrom(account.losses);
    }

    @Override
    public void lost(GapReason reason, int frames) {
        account.frameSeq += frames;
        metrics.count(Counter.FRAMES_DECODED, frames);
        count(reason, frames);
    }

    private void count(GapReason reason, int frames) {
        account.losses.add(reason, frames);
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
        if (reason.countsFrames() || reason.isSuspicion()) {
            throw new IllegalArgumentException(reason + " is no span without frames, use lost() or suspect()");
        }
        if (account.gap != null && account.gap.reason() == reason) {
            return;
        }
        trust();
        long sinceUtcNs = account.gap == null ? account.lastFrameUtcNs : account.gap.sinceUtcNs();
        account.gap = new GapEvent(++account.gapSeq, reason, detail, sinceUtcNs, Picture.UNKNOWN);
        publish(account.gap);
    }

    @Override
    public void suspect(GapReason reason, String detail, long sinceUtcNs) throws InterruptedException {
        if (!reason.isSuspicion()) {
            throw new IllegalArgumentException(reason + " is no suspicion");
        }
        if (account.suspicion != null && account.suspicion.reason() == reason) {
            return;
        }
        trust();
        account.suspicion = new GapEvent(++account.gapSeq, reason, detail, sinceUtcNs, Picture.UNKNOWN);
        metrics.count(Counter.SUSPICIONS);
        publish(account.suspicion);
    }

    @Override
    public void trust() throws InterruptedException {
        if (account.suspicion != null) {
            GapEvent over = account.suspicion;
            account.suspicion = null;
            publish(over.until(++account.gapSeq, clock.epochNanos()));
        }
    }

    private void publish(GapEvent told) throws InterruptedException {
        event = told;
        ring.publish(writeGap);
    }

    private void endGap() throws InterruptedException {
        // The frame that ends it has its number already; the gap's account ends with the frame before.
        account.frameSeq--;
        try {
            publish(account.gap.until(++account.gapSeq, clock.epochNanos()));
            account.gap = null;
        } finally {
            account.frameSeq++;
        }
    }

    private void writeGap(FrameSlot slot) {
        slot.gap(this, account.frameSeq, event);
        slot.losses.moveFrom(account.losses);
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

    /**
     * What of a source outlives its intake: its numbering, what is not told yet, its counters. Owned by the thread of the
     * source's intake, but for {@link #published} and the metrics.
     */
    static final class Account {
        private final PublishedSoFar published = new PublishedSoFar();
        private final FrameLosses losses = new FrameLosses();
        private long frameSeq;
        private long lastFrameUtcNs;
        private GapEvent gap;
        /** The suspicion the source's frames are under, or null. */
        private GapEvent suspicion;

        private long gapSeq;
        private volatile SourceMetrics metrics;

        /** @param utcNs now: a gap before the first frame begins here */
        Account(long utcNs) {
            lastFrameUtcNs = utcNs;
        }

        private SourceMetrics metrics(SourceId id) {
            SourceMetrics known = metrics;
            if (known == null) {
                known = new SourceMetrics(id.value());
                metrics = known;
            }
            known.state(GapReason.CONNECTING.wireName());
            return known;
        }

        /** Numbers are a few bytes and must never come twice; counters and histograms are not kept for ever. */
        void forgetMetrics() {
            metrics = null;
        }
    }

    /** What of the source's account is published. Owned by the Publish stage. */
    static final class PublishedSoFar {
        /** Frame number of the last message, up to which everything is accounted for. */
        long frameSeq;
        /** Frames behind it that will be in no message. */
        final FrameLosses pending = new FrameLosses();
    }
}
