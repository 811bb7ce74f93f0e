package io.ringsight.core.analyse.verdict;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.FrameTimings;
import java.util.List;

/** A frame of 1000 by 500 pixels, used again and again. */
final class SeenFrame implements FrameResult {
    static final List<String> LABELS = List.of("board", "spur", "short", "logo");

    long frameSeq;
    GapReason suspicion;
    ModelSpec model = model("a");
    final Detections found = new Detections(Detections.DEFAULT_CAPACITY);
    final FrameLosses losses = new FrameLosses();
    /** What second models say. */
    List<ObjectAttribute> attributes = List.of();

    private final Picture picture = new Picture();

    SeenFrame() {
        picture.layout(1000, 500, 0);
    }

    static ModelSpec model(String name) {
        return model(name, LABELS);
    }

    static ModelSpec model(String name, List<String> labels) {
        ModelSpec any = FakeBackend.SPEC;
        return new ModelSpec(name, "1", any.weights(), any.input(), any.output(), labels, any.threshold(), List.of());
    }

    /** Empties it and sets when it was taken. */
    SeenFrame taken(long frameSeq, long captureUtcNs, long uncertaintyUs) {
        this.frameSeq = frameSeq;
        suspicion = null;
        found.clear();
        losses.clear();
        picture.captured(Picture.UNKNOWN, captureUtcNs, CaptureClock.DEVICE, uncertaintyUs);
        return this;
    }

    @Override
    public SourceId sourceId() {
        return new SourceId("line");
    }

    @Override
    public long frameSeq() {
        return frameSeq;
    }

    @Override
    public long prevFrameSeq() {
        throw new IllegalStateException("is not known before the frame is published");
    }

    @Override
    public FrameLosses losses() {
        return losses;
    }

    @Override
    public Picture picture() {
        return picture;
    }

    @Override
    public FrameTimings timings() {
        throw new IllegalStateException("no matter here");
    }

    @Override
    public GapReason suspicion() {
        return suspicion;
    }

    @Override
    public Detections detections() {
        return found;
    }

    @Override
    public List<ObjectAttribute> attributes() {
        return attributes;
    }

    @Override
    public String backend() {
        return "none";
    }

    @Override
    public ModelSpec model() {
        return model;
    }
}
