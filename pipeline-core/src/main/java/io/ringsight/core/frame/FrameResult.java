package io.ringsight.core.frame;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.FrameTimings;
import java.util.List;

/**
 * What is known of one analysed frame: the read-only view of a ring slot that sinks get. Valid only during the call it
 * is passed to; a sink that needs the picture longer retains it.
 */
public interface FrameResult {
    SourceId sourceId();

    /** The frame's number among all that the decoder gave in this epoch, from 1. */
    long frameSeq();

    /** The frame number of this source's message before, be it a frame or a gap; 0 for the first. */
    long prevFrameSeq();

    /** The frames between the two, by reason: their sum is {@code frameSeq - prevFrameSeq - 1}. */
    FrameLosses losses();

    /** The picture: its size and when it was taken. Pixels are valid during the call only. */
    Picture picture();

    FrameTimings timings();

    /**
     * Why the picture may not show what is before the camera now ({@link GapReason#isSuspicion()}), or null where
     * nothing speaks against it. What was found is what the picture shows; what was not found may be there.
     */
    default GapReason suspicion() {
        return null;
    }

    /** What was found, boxes in source pixels. */
    Detections detections();

    /** What second models say of what was found, a list element a model; empty if there are none. */
    default List<ObjectAttribute> attributes() {
        return List.of();
    }

    /** Names of the source's zones, in the order of {@link Detections#zones}; empty if it has none, or the camera was moved. */
    default List<String> zoneNames() {
        return List.of();
    }

    /** Names of the source's lines, in the order of {@link Detections#crossed}; empty if it has none. */
    default List<String> lineNames() {
        return List.of();
    }

    /** Names of the rules of which it is told now, behind it, that what they ask for is so; empty if there is none. */
    default List<String> ruleNames() {
        return List.of();
    }

    /** Name of what computed it, e.g. {@code onnxruntime-cpu}; the same object each time. */
    String backend();

    /** The model that was computed; the same object for each frame of it. */
    ModelSpec model();
}
