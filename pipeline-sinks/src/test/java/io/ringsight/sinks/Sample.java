package io.ringsight.sinks;

import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.FrameTimings;
import java.util.List;

/** Frames and gaps a pipeline could give, and a publisher's numbering of them. */
public final class Sample {
    public static final String EPOCH = "01JD9ZK4V3XH8M2Q7R5T6W1Y0A";
    /** 2026-11-22T13:40:00.123456789Z. */
    public static final long NOW_UTC_NS = 1_795_354_800_123_456_789L;

    /** What computes the frames, unless they say otherwise. */
    public static final ModelSpec MODEL =
            model("pcb-defect", "0123456789abcdef".repeat(4), "open", "short", "mouse\"bite");

    /** A classifier of the same labels. */
    public static final ModelSpec CLASSIFIER = new ModelSpec(
            "kind",
            "1",
            MODEL.weights(),
            MODEL.input(),
            new ModelOutput("output0", Head.CLASSIFIER, 1, 3, 0.45f),
            MODEL.labels(),
            0.5f,
            List.of());

    private Sample() {}

    /** A model of this name, hash and labels. */
    public static ModelSpec model(String name, String sha256, String... labels) {
        ModelSpec any = FakeBackend.SPEC;
        return new ModelSpec(
                name,
                "1",
                new ModelSpec.Weights(any.weights().file(), sha256, "fp32"),
                any.input(),
                any.output(),
                List.of(labels),
                any.threshold(),
                List.of());
    }

    /** An encoder of this epoch's messages. */
    public static MessageJson json(Clock clock) {
        return new MessageJson(EPOCH, clock);
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
                new SourceId(source),
                gapSeq,
                reason,
                "",
                frameSeq,
                prevFrameSeq,
                losses,
                new Gap.Span(NOW_UTC_NS, Picture.UNKNOWN));
    }

    /** A car leaves a zone in which it was for a minute. */
    public static Event event(String source, long number) {
        return new Event(
                new SourceId(source),
                number,
                new Event.What(Event.Kind.LEFT, "bay 3", null, Severity.INFO, null),
                new Event.When(NOW_UTC_NS, CaptureClock.ARRIVAL, Picture.UNKNOWN),
                new Event.Subject(17, "car", 2),
                new Event.Figures(60_000, 80, Picture.UNKNOWN));
    }

    /** A result as the pipeline would give it; all that is not set is zero or unknown. */
    public static final class Frame implements FrameResult {
        private final SourceId sourceId;
        private final long frameSeq;
        private final long prevFrameSeq;
        private final FrameLosses losses = new FrameLosses();
        private Picture picture = new Picture();
        private List<String> ruleNames = List.of();
        private final FrameTimings timings = new FrameTimings();
        private final Detections detections = new Detections(Detections.DEFAULT_CAPACITY);
        private String backend = "onnxruntime-cpu";
        private ModelSpec model = MODEL;
        private GapReason suspicion;
        private List<String> zoneNames = List.of();
        private List<String> lineNames = List.of();
        private List<ObjectAttribute> attributes = List.of();

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

        /** Has it show this picture. */
        public Frame showing(Picture shown) {
            picture = shown;
            return this;
        }

        /** Has it be the one in which this rule is told. */
        public Frame telling(String rule) {
            ruleNames = List.of(rule);
            return this;
        }

        @Override
        public List<String> ruleNames() {
            return ruleNames;
        }

        /** Gives its source zones. */
        public Frame zones(String... names) {
            zoneNames = List.of(names);
            return this;
        }

        /** Says what second models say. */
        public Frame attributes(ObjectAttribute... said) {
            attributes = List.of(said);
            return this;
        }

        @Override
        public List<ObjectAttribute> attributes() {
            return attributes;
        }

        /** Gives its source lines. */
        public Frame lines(String... names) {
            lineNames = List.of(names);
            return this;
        }

        @Override
        public List<String> lineNames() {
            return lineNames;
        }

        @Override
        public List<String> zoneNames() {
            return zoneNames;
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

        @Override
        public ModelSpec model() {
            return model;
        }

        /** Sets the model; else it is {@link #MODEL}. */
        public Frame of(ModelSpec other) {
            model = other;
            return this;
        }

        /** Sets what computed it; else it is the CPU. */
        public Frame runBy(String backend) {
            this.backend = backend;
            return this;
        }
    }
}
