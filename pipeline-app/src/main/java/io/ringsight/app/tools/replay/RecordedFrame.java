package io.ringsight.app.tools.replay;

import io.ringsight.client.CaptureTime;
import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.FrameTimings;
import java.time.Instant;
import java.util.Map;

/** A frame as its message tells it, without pixels: filled again and again. One thread. */
final class RecordedFrame implements FrameResult {
    private static final long NS_PER_S = 1_000_000_000L;

    private final SourceId sourceId;
    private final float threshold;
    private final Picture picture = new Picture();
    private final FrameTimings timings = new FrameTimings();
    private final FrameLosses losses = new FrameLosses();
    private final Detections detections = new Detections(Detections.MAX_CAPACITY);
    private ModelSpec model;
    private FrameMessage message;

    /**
     * @param model as the configuration has it
     * @param threshold objects below it are left out
     * @param classes objects of others are left out
     */
    RecordedFrame(SourceId sourceId, ModelSpec model, float threshold, WantedClasses classes) {
        this.sourceId = sourceId;
        this.model = model;
        this.threshold = threshold;
        detections.only(classes);
    }

    /** Nanoseconds since 1970. */
    static long utcNs(Instant instant) {
        return instant.getEpochSecond() * NS_PER_S + instant.getNano();
    }

    /**
     * Makes it the frame of a message.
     *
     * @throws ReplayException if the model that looked at it calls its classes otherwise than the configuration's
     */
    void of(FrameMessage message) {
        this.message = message;
        if (!message.model().sha256().equals(model.weights().sha256())) {
            model = named(message);
        }
        CaptureTime capture = message.times().capture();
        picture.layout(message.picture().width(), message.picture().height(), 0);
        picture.captured(
                message.times().ptsNs().orElse(Picture.UNKNOWN),
                capture.utc().map(RecordedFrame::utcNs).orElse(Picture.UNKNOWN),
                clock(capture.clock()),
                capture.uncertaintyUs().orElse(Picture.UNKNOWN));
        timings.start(0, utcNs(message.publishedAt()) - message.times().stages().latencyNs());
        count(message.coverage().gaps(), losses);
        detections.clear();
        message.objects().forEach(this::add);
    }

    /** The same model under the name and the hash of the message: a replaced one is told by them. */
    private ModelSpec named(FrameMessage message) {
        return new ModelSpec(
                message.model().name(),
                message.model().version(),
                new ModelSpec.Weights(
                        model.weights().file(),
                        message.model().sha256(),
                        message.model().precision()),
                model.input(),
                model.output(),
                model.labels(),
                model.threshold(),
                model.otherOutputs());
    }

    private void add(Detection object) {
        if (!model.label(object.classId()).equals(object.label())) {
            throw new ReplayException("message " + message.identity().messageId() + ": class " + object.classId()
                    + " is '" + object.label() + "', and '" + model.label(object.classId())
                    + "' in the model of the configuration: expected the model that the recording was made with, or one"
                    + " with the same labels");
        }
        if (!(object.confidence() >= threshold)) {
            return;
        }
        boolean added = detections.add(
                (float) object.box().left(),
                (float) object.box().top(),
                (float) object.box().width(),
                (float) object.box().height(),
                (float) object.confidence(),
                object.classId());
        if (!added) {
            detections.markCut();
        }
    }

    /** Frames lost by reason; reasons of newer versions count as of none that is on purpose. */
    static void count(Map<String, Long> gaps, FrameLosses into) {
        into.clear();
        gaps.forEach((name, frames) -> {
            GapReason reason = reason(name, GapReason.OVERLOAD);
            into.add(
                    reason.countsFrames() ? reason : GapReason.OVERLOAD, (int) Math.min(frames, Integer.MAX_VALUE / 2));
        });
    }

    static GapReason reason(String name, GapReason otherwise) {
        for (GapReason reason : GapReason.values()) {
            if (reason.wireName().equals(name)) {
                return reason;
            }
        }
        return otherwise;
    }

    private static CaptureClock clock(String name) {
        for (CaptureClock clock : CaptureClock.values()) {
            if (clock.wireName().equals(name)) {
                return clock;
            }
        }
        return CaptureClock.ARRIVAL;
    }

    @Override
    public SourceId sourceId() {
        return sourceId;
    }

    @Override
    public long frameSeq() {
        return message.coverage().frameSeq();
    }

    @Override
    public long prevFrameSeq() {
        return message.coverage().prevFrameSeq();
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
        return message.suspect().map(name -> reason(name, GapReason.FROZEN)).orElse(null);
    }

    @Override
    public Detections detections() {
        return detections;
    }

    @Override
    public String backend() {
        return message.model().backend();
    }

    @Override
    public ModelSpec model() {
        return model;
    }
}
