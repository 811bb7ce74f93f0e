package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.SourceAnalysis;
import io.ringsight.core.analyse.event.EventNumbers;
import io.ringsight.core.analyse.verdict.PartWatch;
import io.ringsight.core.analyse.zone.RegionMap;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.StagedPicture;
import io.ringsight.core.infer.Staging;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.TileGrid;
import io.ringsight.core.ring.Credits;
import io.ringsight.core.ring.FrameRing;
import io.ringsight.core.ring.SlotWriter;
import io.ringsight.core.time.Clock;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

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
    /** What is made of its detections, or null. Used by the Analyse stage. */
    private final SourceAnalysis analysis;

    /** Null if all of the picture matters. Used by the Collect stage. */
    private final RegionMap regions;

    private final Supplier<Optional<Staging>> staging;
    /** Parts of pictures are not staged: the lanes copy them. */
    private final boolean looksAtWhole;

    private final RateLimit rateLimit;
    private final SlotWriter<FrameSlot> writeFrame = this::writeFrame;
    private final SlotWriter<FrameSlot> writeGap = this::writeGap;
    /** Of the model that was at work last; the Collect stage's. */
    private WantedClasses classes;

    private ModelSpec classesOf;
    /** Of the pictures and the model before; the Dispatch stage's. */
    private TileGrid grid;

    private Picture picture;
    private StagedPicture staged;
    private long decodedAtNs;
    /** What the next gap message tells. */
    private FrameSlot.GapEvent event;
    /** What frames are marked with though it is not certain, or null. Ends with this intake: the next begins without. */
    private GapReason doubt;

    /**
     * @param account the source's own, whose last intake is not used any more
     * @param share slots that are this source's now, when every source wants as many as it may have
     * @param staging where the device wants its pictures now; asked for each
     */
    SourceIntake(
            IntakeSpec spec,
            Account account,
            FrameRing<FrameSlot> ring,
            IntSupplier share,
            Supplier<Optional<Staging>> staging,
            Clock clock) {
        this.staging = staging;
        looksAtWhole = spec.sight().look().equals(Look.WHOLE);
        this.spec = spec;
        this.account = account;
        published = account.published;
        this.ring = ring;
        this.clock = clock;
        metrics = account.metrics(spec.sourceId());
        credits = new Credits(() -> Math.min(spec.credits(), share.getAsInt()));
        rateLimit = new RateLimit(spec.maxFps());
        regions = look().hasRegions() ? new RegionMap(look().regions()) : null;
        analysis = spec.analysis().isWanted()
                ? new SourceAnalysis(spec.sourceId(), spec.analysis(), account.eventNumbers, metrics)
                : null;
    }

    @Override
    public void offer(Picture decoded) throws InterruptedException {
        account.frameSeq++;
        metrics.count(Counter.FRAMES_DECODED);
        // Also when interrupted, or thrown out by an Error: the frame is accounted for all the same.
        GapReason lost = GapReason.OVERLOAD;
        try {
            if (account.gap != null) {
                endGap();
            }
            account.lastFrameUtcNs = clock.epochNanos();
            lost = move(decoded);
        } finally {
            if (lost != null) {
                decoded.release();
                count(lost, 1);
            }
        }
    }

    /** Moves it into the ring and returns null, or says why it cannot be. */
    private GapReason move(Picture decoded) throws InterruptedException {
        long timeNs = decoded.ptsNs() == Picture.UNKNOWN ? clock.nanoTime() : decoded.ptsNs();
        if (!rateLimit.passes(timeNs)) {
            return GapReason.RATE_LIMIT;
        }
        picture = decoded;
        if (spec.lossless()) {
            credits.take();
        } else if (!credits.tryTake()) {
            return GapReason.OVERLOAD;
        }
        if (!publishFrame(decoded)) {
            credits.giveBack();
            return GapReason.OVERLOAD;
        }
        return null;
    }

    /** Copies it for the device first: nobody may hold a slot while it copies. False if the ring is full. */
    private boolean publishFrame(Picture decoded) throws InterruptedException {
        decodedAtNs = clock.nanoTime();
        Optional<Staging> place = looksAtWhole ? staging.get() : Optional.empty();
        staged = place.isPresent() ? place.get().stage(decoded) : null;
        boolean published = false;
        try {
            if (spec.lossless()) {
                ring.publish(writeFrame);
                published = true;
            } else {
                published = ring.tryPublish(writeFrame);
            }
            return published;
        } finally {
            if (!published && staged != null) {
                staged.giveBack();
            }
        }
    }

    private void writeFrame(FrameSlot slot) {
        slot.frame(this, account.frameSeq, picture, staged, decodedAtNs);
        slot.suspicion = account.suspicion == null ? doubt : account.suspicion.reason();
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
        metrics.lost(reason, frames);
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
        account.gap = publish(new FrameSlot.GapEvent(account.gapSeq + 1, reason, detail, sinceUtcNs, Picture.UNKNOWN));
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
        account.suspicion =
                publish(new FrameSlot.GapEvent(account.gapSeq + 1, reason, detail, sinceUtcNs, Picture.UNKNOWN));
        metrics.count(Counter.SUSPICIONS);
    }

    @Override
    public void doubt(GapReason reason) {
        doubt = reason;
    }

    @Override
    public void trust() throws InterruptedException {
        if (account.suspicion != null) {
            publish(account.suspicion.until(account.gapSeq + 1, clock.epochNanos()));
            account.suspicion = null;
        }
    }

    /** Returns it. What an interrupt keeps from being told has no number and no effect: it is told when asked for again. */
    private FrameSlot.GapEvent publish(FrameSlot.GapEvent told) throws InterruptedException {
        event = told;
        ring.publish(writeGap);
        account.gapSeq = told.gapSeq();
        return told;
    }

    private void endGap() throws InterruptedException {
        // The frame that ends it has its number already; the gap's account ends with the frame before.
        account.frameSeq--;
        try {
            publish(account.gap.until(account.gapSeq + 1, clock.epochNanos()));
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

    /** Whose objects are published, as {@code model} knows them. Called by the Collect stage. */
    WantedClasses classes(ModelSpec model) {
        if (model != classesOf) {
            classes = spec.sight().classes().apply(model.labels());
            classesOf = model;
        }
        return classes;
    }

    /** The parts of {@code picture} that a model of this input looks at. Called by the Dispatch stage. */
    TileGrid grid(Picture picture, ModelInput input) {
        if (grid == null || !grid.suits(picture, input)) {
            grid = look().grid(picture, input);
        }
        return grid;
    }

    /** What of its pictures the model looks at. */
    Look look() {
        return spec.sight().look();
    }

    /** Leaves out and counts what lies where nobody looks. Called by the Collect stage. */
    void removeOutside(Detections found, Picture picture) {
        if (regions != null) {
            metrics.count(Counter.DETECTIONS_OUTSIDE, regions.removeOutside(found, picture.width(), picture.height()));
        }
    }

    /** Null if nothing is made of its detections. */
    SourceAnalysis analysis() {
        return analysis;
    }

    /** Notes its frames for the verdicts on what passes it, or null. */
    PartWatch parts() {
        return spec.parts();
    }

    boolean lossless() {
        return spec.lossless();
    }

    long deadlineNs() {
        return spec.deadlineNs();
    }

    /** Its share has grown: if it waits for a credit it looks again. Any thread. */
    void wake() {
        credits.wake();
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
        private final EventNumbers eventNumbers = new EventNumbers();
        private long frameSeq;
        private long lastFrameUtcNs;
        private FrameSlot.GapEvent gap;
        /** The suspicion the source's frames are under, or null. */
        private FrameSlot.GapEvent suspicion;

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
        /** What each sink failed to take, by its index; null while it took everything. */
        private Owed[] owed = new Owed[0];

        private static final class Owed {
            private long prevFrameSeq;
            private final FrameLosses losses = new FrameLosses();
            private boolean isOwed;
        }

        /** Adds to the next message's losses what the sink is owed; returns the frame before the message. */
        long owe(int sink, FrameLosses losses, long prevFrameSeq) {
            if (sink >= owed.length || owed[sink] == null || !owed[sink].isOwed) {
                return prevFrameSeq;
            }
            losses.addAll(owed[sink].losses);
            return owed[sink].prevFrameSeq;
        }

        /** The sink took a message. */
        void paid(int sink) {
            if (sink < owed.length && owed[sink] != null) {
                owed[sink].isOwed = false;
                owed[sink].losses.clear();
            }
        }

        /** The sink failed to take a message, of a frame or a gap. */
        void owes(int sink, FrameLosses losses, boolean isFrame, long prevFrameSeq) {
            if (sink >= owed.length) {
                owed = java.util.Arrays.copyOf(owed, sink + 1);
            }
            if (owed[sink] == null) {
                owed[sink] = new Owed();
            }
            Owed mine = owed[sink];
            mine.prevFrameSeq = mine.isOwed ? mine.prevFrameSeq : prevFrameSeq;
            mine.isOwed = true;
            mine.losses.addAll(losses);
            if (isFrame) {
                mine.losses.add(GapReason.NOT_PUBLISHED, 1);
            }
        }
    }
}
