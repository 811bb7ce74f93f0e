package io.ringsight.core.detector;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import java.util.Optional;

/**
 * One model loaded on one device: what it is, its lanes, how its output is read. A value that a pipeline can replace by
 * another while it runs ({@link DetectorSwitch}); each frame remembers which one computed it.
 *
 * <p><b>Threads.</b> Lanes are taken and given back on any thread; {@link #decoder()} is for one thread, that which
 * awaits the lanes.
 */
public final class Detector implements AutoCloseable {
    private final ModelSpec model;
    private final float threshold;
    private final InferenceBackend backend;
    private final DetectionDecoder decoder;
    private final Detector fallback;
    private final LanePool lanes;
    private final int laneCount;
    private volatile String misread;

    /**
     * Takes over {@code backend}, whose lanes are idle.
     *
     * @param threshold least confidence of a detection
     */
    public Detector(ModelSpec model, float threshold, InferenceBackend backend) {
        this(model, threshold, backend, Decoders.of(model));
    }

    /** As above, whose output is read by {@code decoder}. */
    public Detector(ModelSpec model, float threshold, InferenceBackend backend, DetectionDecoder decoder) {
        this(model, threshold, backend, decoder, null);
    }

    private Detector(
            ModelSpec model, float threshold, InferenceBackend backend, DetectionDecoder decoder, Detector fallback) {
        this.model = model;
        this.threshold = threshold;
        this.backend = backend;
        this.decoder = decoder;
        this.fallback = fallback;
        lanes = new LanePool(backend.lanes());
        laneCount = backend.lanes().size();
    }

    /** The same model on a better device; this one goes on should that break, and is closed with it. */
    Detector on(InferenceBackend better) {
        return new Detector(model, threshold, better, decoder, this);
    }

    /** The model: it stands in the messages of the frames computed here. */
    public ModelSpec model() {
        return model;
    }

    /** Least confidence of a detection. */
    public float threshold() {
        return threshold;
    }

    /** The device's part. */
    public InferenceBackend backend() {
        return backend;
    }

    /** Reads the output of its lanes. */
    public DetectionDecoder decoder() {
        return decoder;
    }

    /** The most pictures one launch takes. */
    public int maxBatch() {
        return backend.maxBatch();
    }

    /** How many objects it may find in a frame of so many parts; a message holds no more. */
    public int room(int parts) {
        return (int) Math.min(Detections.MAX_CAPACITY, (long) parts * decoder.capacity());
    }

    /** How many frames keep every lane busy while others are loaded and decoded. */
    public int busyFrames() {
        return 2 * backend.maxBatch() * (laneCount + 1);
    }

    /** The same model on another device, which goes on if this one breaks. */
    Optional<Detector> fallback() {
        return Optional.ofNullable(fallback);
    }

    /** A free lane, waiting for it if need be; null once this detector is not to compute any more. Allocates nothing. */
    public Lane take() throws InterruptedException {
        return lanes.take();
    }

    /** A lane taken from here is not used any more, whether its results were taken or lost. Allocates nothing. */
    public void giveBack(Lane lane) {
        lanes.giveBack(lane);
    }

    /** No output can be believed. */
    public void misread(String reason) {
        misread = reason;
    }

    /** Why no output can be believed, once that is known. */
    public Optional<String> misread() {
        return Optional.ofNullable(misread);
    }

    /** Nobody gets a lane any more, of the fallback neither: only what is loaded already is computed. */
    void retire() {
        retireAlone();
        if (fallback != null) {
            fallback.retire();
        }
    }

    /** As above, but the fallback goes on. */
    void retireAlone() {
        lanes.retire();
    }

    /** Waits until no lane is in use, of the fallback neither; false if that took longer. */
    boolean awaitIdle(long timeoutMs, Clock clock) throws InterruptedException {
        return lanes.awaitAll(timeoutMs, clock) && (fallback == null || fallback.awaitIdle(timeoutMs, clock));
    }

    /** Lanes must be idle. Closing twice is allowed. */
    @Override
    public void close() {
        backend.close();
        if (fallback != null) {
            fallback.close();
        }
    }
}
