package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.zone.RegionMap;
import io.ringsight.core.detect.Agreement;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.detector.PartDecoder;
import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.TileGrid;
import io.ringsight.core.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A candidate model that computes some of the frames once more, after they were published, and counts how far it agrees.
 * Nothing of it reaches a message.
 *
 * <p><b>Bounds.</b> It has one frame at a time, and one lane at work. A frame that is drawn meanwhile is dropped and
 * counted: nobody waits. It holds one picture, until it lies in the lane.
 *
 * <p><b>Threads.</b> The Publish stage offers; {@link #run} compares, on a thread that its owner gives what priority it
 * likes, and the lane's worker with it. Offering allocates nothing but where a frame has more objects than any before.
 */
public final class Shadow {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
    private static final long LOG_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    /** 2^64 by the golden ratio: its multiples spread evenly, whatever the number of cameras that take turns. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final double UNIT = 0x1p-53;

    private final ModelSpec reference;
    private final DetectorSwitch detectors;
    private final double share;
    private final Clock clock;
    private final Agreement agreement;
    private final Counters<ShadowCounter> counters = new Counters<>(ShadowCounter.class);
    private final PartDecoder decoder = new PartDecoder();
    private final Crop crop = new Crop();
    /** The frame at hand: written by who offers while {@link #busy} is false, then the comparing thread's. */
    private Detections published = new Detections(Detections.DEFAULT_CAPACITY);

    private SourceIntake source;
    private final AtomicReference<Picture> picture = new AtomicReference<>();
    private Detections found = new Detections(Detections.DEFAULT_CAPACITY);
    private long nextLogNs = Long.MIN_VALUE;
    private volatile boolean busy;
    private volatile boolean stopped;
    private volatile Thread comparing;

    /**
     * @param reference the model at work whose frames are compared, and no other's; it has the candidate's labels
     * @param detectors the candidate, whose lanes nobody else uses
     * @param share of the frames, above 0 and up to 1
     */
    public Shadow(ModelSpec reference, DetectorSwitch detectors, double share, Clock clock) {
        this.reference = reference;
        this.detectors = detectors;
        this.share = share;
        this.clock = clock;
        agreement = new Agreement(reference.labels().size());
    }

    /** How often it did what. */
    public Counters<ShadowCounter> counters() {
        return counters;
    }

    /** How far the two agree until now. */
    public Agreement agreement() {
        return agreement;
    }

    /** The candidate. */
    public ModelSpec model() {
        return detectors.current().model();
    }

    /** Takes the published frame, if it is drawn and nothing else is at hand. Never waits. Publish thread only. */
    void offer(FrameSlot slot) {
        if (stopped || slot.detector.model() != reference || !isDrawn(slot)) {
            return;
        }
        if (busy) {
            counters.count(ShadowCounter.FRAMES_DROPPED);
            return;
        }
        if (published.capacity() < slot.detections.size()) {
            published = new Detections(slot.detections.capacity());
        }
        published.copyOf(slot.detections);
        source = slot.source;
        slot.picture.retain();
        picture.set(slot.picture);
        busy = true;
        LockSupport.unpark(comparing);
        if (stopped) {
            // Nobody may be there to take it.
            letGo();
        }
    }

    /** Each source's frames in turn, one in so many; sources at different ones. */
    private boolean isDrawn(FrameSlot slot) {
        long number = slot.frameSeq + slot.sourceId().value().hashCode();
        return (number * GOLDEN >>> 11) * UNIT < share;
    }

    /** Compares what is offered, until {@link #stop()}. */
    public void run() {
        comparing = Thread.currentThread();
        while (busy || !stopped) {
            if (busy) {
                ShadowCounter outcome = compare();
                busy = false;
                // Last: who sees it counted may offer the next.
                counters.count(outcome);
            } else {
                LockSupport.park(this);
                // An interrupt ends nothing here, and would keep park from waiting.
                Thread.interrupted();
            }
        }
        letGo();
    }

    /** Takes no frame any more; {@link #run} returns after that at hand. Any thread. */
    public void stop() {
        stopped = true;
        LockSupport.unpark(comparing);
    }

    private ShadowCounter compare() {
        Detector detector = detectors.current();
        try {
            if (!compute(detector)) {
                return ShadowCounter.FRAMES_DROPPED;
            }
            agreement.compare(published, found);
            return ShadowCounter.FRAMES_COMPARED;
        } catch (RuntimeException | Error | InterruptedException e) {
            fail(detector, e);
            return ShadowCounter.FRAMES_FAILED;
        } finally {
            letGo();
        }
    }

    /** What the candidate finds in the picture at hand; false if it is not to compute any more. */
    private boolean compute(Detector detector) throws InterruptedException {
        Picture shown = picture.get();
        if (shown == null) {
            return false;
        }
        int width = shown.width();
        int height = shown.height();
        Look look = source.look();
        TileGrid grid = look.grid(shown, detector.model().input());
        int room = detector.room(grid.parts());
        if (found.capacity() < room) {
            found = new Detections(room);
        }
        decoder.begin(detector, grid.parts(), published.wanted(), found);
        Lane lane = detector.take();
        if (lane == null) {
            return false;
        }
        try {
            for (int part = 0; part < grid.parts(); part++) {
                grid.cut(part, crop);
                lane.load(0, shown, crop);
                if (part == grid.parts() - 1 && shown.memory() == MemoryKind.HOST) {
                    letGo();
                }
                lane.launch(1);
                lane.await();
                decoder.add(part, lane, 0, crop);
            }
        } finally {
            detector.giveBack(lane);
        }
        if (look.hasRegions()) {
            new RegionMap(look.regions()).removeOutside(found, width, height);
        }
        return true;
    }

    private void letGo() {
        Picture held = picture.getAndSet(null);
        if (held != null) {
            held.release();
        }
    }

    /** What can never succeed again ends the shadow and nothing else. */
    private void fail(Detector detector, Throwable e) {
        boolean isOver = e instanceof InferenceException failure
                ? detectors.outcome(detector, failure).isFatal()
                : !(e instanceof RuntimeException);
        if (isOver) {
            stopped = true;
        }
        long nowNs = clock.nanoTime();
        if (isOver || nowNs >= nextLogNs) {
            nextLogNs = nowNs + LOG_INTERVAL_NS;
            LOG.warn(
                    "shadow model {}: a frame of {} could not be computed: {}{}",
                    detector.model().name(),
                    source.sourceId(),
                    e instanceof InferenceException ? e.getMessage() : e.toString(),
                    isOver ? "; it computes no more, the cameras go on" : "");
        }
    }
}
