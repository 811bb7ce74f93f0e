package io.ringsight.core.pipeline;

import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.StagedPicture;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.FrameTimings;
import java.util.ArrayList;
import java.util.List;

/**
 * One place of the ring: a frame on its way, or a gap that must keep its place among its source's frames. Made once and
 * used again and again. Written by the thread that has it at the moment: source, Dispatch, Collect, Analyse,
 * Publish.
 */
final class FrameSlot implements FrameResult {
    /**
     * A gap as the source's thread saw it.
     *
     * @param gapSeq number among the source's gap messages, from 1
     * @param sinceUtcNs when no more frames came
     * @param untilUtcNs when they came again, or {@link Picture#UNKNOWN}
     */
    record GapEvent(long gapSeq, GapReason reason, String detail, long sinceUtcNs, long untilUtcNs) {
        /** Its end. */
        GapEvent until(long endSeq, long endUtcNs) {
            return new GapEvent(endSeq, reason, detail, sinceUtcNs, endUtcNs);
        }
    }

    final FrameTimings timings = new FrameTimings();
    Detections detections;
    /** Frames lost since the slot before of the same source. */
    final FrameLosses losses = new FrameLosses();

    /** What is concluded from it. */
    final List<Decision> decisions = new ArrayList<>();

    SourceIntake source;
    long frameSeq;
    long prevFrameSeq;
    /** The frame's picture, or null in a gap. */
    Picture picture;
    /** A copy of the picture where the device reads it, or null. */
    StagedPicture staged;
    /** The gap, or null in a frame. */
    GapEvent gap;
    /** Why the frame may not show what is there now, or null. */
    GapReason suspicion;
    /** Why the frame will not be published, or null. */
    GapReason failure;
    /** Its parts on their way through the lanes. */
    final FrameRows rows = new FrameRows();
    /** What was found in it, on its way through the lanes of the second models. */
    final FrameRows crops = new FrameRows();
    /** What those say, in their order. */
    final List<ObjectAttribute> attributes;

    /** What computed it, or null. */
    Detector detector;

    /** Whether {@link #detections} is what the model says of the picture. */
    boolean computed;

    /** A slot for frames of at most {@code maxDetections} objects, until a model has more. */
    FrameSlot(int maxDetections, List<SecondModel> models) {
        detections = new Detections(maxDetections);
        attributes = models.stream()
                .map(model -> new ObjectAttribute(model.attribute(), model.maxObjects()))
                .toList();
    }

    void frame(SourceIntake source, long frameSeq, Picture picture, StagedPicture staged, long decodedAtNs) {
        clear();
        this.staged = staged;
        this.source = source;
        this.frameSeq = frameSeq;
        this.picture = picture;
        timings.start(picture.decodeNs(), decodedAtNs);
    }

    void gap(SourceIntake source, long lastFrameSeq, GapEvent gap) {
        clear();
        this.source = source;
        this.frameSeq = lastFrameSeq;
        this.gap = gap;
    }

    private void clear() {
        picture = null;
        staged = null;
        gap = null;
        failure = null;
        suspicion = null;
        detector = null;
        computed = false;
        rows.clear();
        crops.clear();
        for (int i = 0; i < attributes.size(); i++) {
            attributes.get(i).clear();
        }
        detections.clear();
        losses.clear();
        decisions.clear();
    }

    /** The frame has left the ring: its picture and its credit are its source's again. */
    void giveBack() {
        if (staged != null) {
            staged.giveBack();
            staged = null;
        }
        if (picture != null) {
            picture.release();
            picture = null;
            source.giveCreditBack();
        }
    }

    /** Room for what the detector may find in so many parts; new memory only where there was never as much. */
    void makeRoom(int parts) {
        int needed = detector.room(parts);
        if (detections.capacity() < needed) {
            detections = new Detections(needed);
        }
    }

    boolean wantsInference() {
        return picture != null && failure == null;
    }

    @Override
    public SourceId sourceId() {
        return source.sourceId();
    }

    @Override
    public long frameSeq() {
        return frameSeq;
    }

    @Override
    public long prevFrameSeq() {
        return prevFrameSeq;
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
        return timings;
    }

    @Override
    public GapReason suspicion() {
        return suspicion;
    }

    @Override
    public Detections detections() {
        return detections;
    }

    @Override
    public List<ObjectAttribute> attributes() {
        return attributes;
    }

    @Override
    public List<String> zoneNames() {
        boolean none = source.analysis() == null || suspicion == GapReason.MOVED;
        return none ? List.of() : source.analysis().zoneNames();
    }

    @Override
    public List<String> lineNames() {
        return source.analysis() == null ? List.of() : source.analysis().lineNames();
    }

    @Override
    public List<String> ruleNames() {
        return decisions.isEmpty()
                ? List.of()
                : decisions.stream()
                        .filter(Event.class::isInstance)
                        .map(decision -> ((Event) decision).what())
                        .filter(what -> what.kind() == Event.Kind.RULE)
                        .map(Event.What::name)
                        .distinct()
                        .toList();
    }

    @Override
    public String backend() {
        return detector.backend().name();
    }

    @Override
    public ModelSpec model() {
        return detector.model();
    }
}
