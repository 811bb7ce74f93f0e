package io.ringsight.sinks;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.FrameTimings;
import java.util.List;

/** Frames and gaps a pipeline could give, and a publisher's numbering of them. */
public final class Sample {
    public static final String EPOCH = "01JD9ZK4V3XH8M2Q7R5T6W1Y0A";
    /** 2026-11-22T13:40:00.123456789Z. */
    public static final long NOW_UTC_NS = 1_795_354_800_123_456_789L;

    public static final ModelIdentity MODEL = new ModelIdentity(
            "pcb-defect",
            "1",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "fp32",
            "onnxruntime-cpu",
            List.of("open", "short", "mouse\"bite"));

    private Sample() {}

    /** An encoder of {@link #MODEL}'s messages. */
    public static MessageJson json(Clock clock) {
        return new MessageJson(EPOCH, MODEL, clock);
    }

    /** A frame without objects. */
    public static Frame frame(String source, long frameSeq, long prevFrameSeq) {
        return new Frame(source, frameSeq, prevFrameSeq);
    }

    /** A gap that lasts. */
    public static Gap gap(String source, long gapSeq, GapReason reason, long frameSeq, long prevFrameSeq) {
        FrameLosses losses = new FrameLosses();
        if (frameSeq > prevFrameSeq) {
            losses.add(GapReason.OVERLOAD, (int) (frameSeq - prevFrameSeq));
        }
        return new Gap(
                new SourceId(source), gapSeq, reason, "", frameSeq, prevFrameSeq, losses, NOW_UTC_NS, Picture.UNKNOWN);
    }

    /** A result as the pipeline would give it; all that is not set is zero or unknown. */
    public static final class Frame implements FrameResult {
        private final SourceId sourceId;
        private final long frameSeq;
        private final long prevFrameSeq;
        private final FrameLosses losses = new FrameLosses();
        private final Picture picture = new Picture();
        private final FrameTimings timings = new FrameTimings();
        private final Detections detections = new Detections(Detections.DEFAULT_CAPACITY);
        private String backend = MODEL.backend();
        private GapReason suspicion;

        private Frame(String source, long frameSeq, long prevFrameSeq) {
            sourceId = new SourceId(source);
            this.frameSeq = frameSeq;
            this.prevFrameSeq = prevFrameSeq;
            if (frameSeq - prevFrameSeq > 1) {
                losses.add(GapReason.OVERLOAD, (int) (frameSeq - prevFrameSeq - 1));
            }
            picture.layout(1920, 1080, 0);
            picture.captured(Picture.UNKNOWN, NOW_UTC_NS, CaptureClock.ARRIVAL, Picture.UNKNOWN);
        }

        /** Marks it. */
        public Frame suspect(GapReason reason) {
            suspicion = reason;
            return this;
        }

        @Override
        public GapReason suspicion() {
            return suspicion;
        }

        @Override
        public SourceId sourceId() {
            return sourceId;
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
        public Detections detections() {
            return detections;
        }

        @Override
        public String backend() {
            return backend;
        }

        /** Sets what computed it; else it is the model's. */
        public Frame runBy(String backend) {
            this.backend = backend;
            return this;
        }
    }
}
