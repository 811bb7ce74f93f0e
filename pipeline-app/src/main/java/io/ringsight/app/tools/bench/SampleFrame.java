package io.ringsight.app.tools.bench;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.FrameTimings;

/** A frame nobody filmed, to measure with what becomes of frames after inference. */
public record SampleFrame(
        SourceId sourceId,
        long frameSeq,
        FrameLosses losses,
        Picture picture,
        FrameTimings timings,
        Detections detections,
        String backend,
        ModelSpec model)
        implements FrameResult {
    @Override
    public long prevFrameSeq() {
        return frameSeq - 1;
    }

    /** A full-HD frame in which {@code model} found {@code objects} objects. */
    public static SampleFrame with(int objects, ModelSpec model) {
        Picture picture = new Picture();
        picture.layout(1920, 1080, PixelFormat.YUV420P);
        picture.captured(4_920_000_000L, 1_700_000_000_123_456_000L, CaptureClock.RTCP_SR, 500);
        FrameTimings timings = new FrameTimings();
        timings.start(4_100_000, 1_000_000_000);
        Detections detections = new Detections(Math.max(1, objects));
        for (int i = 0; i < objects; i++) {
            detections.add(12.25f + i, 30.5f, 40.75f, 22.1f, 0.9123f, 0);
        }
        return new SampleFrame(
                new SourceId("camera-1"), 1_234_567, new FrameLosses(), picture, timings, detections, "none", model);
    }
}
