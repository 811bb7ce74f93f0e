package io.ringsight.core.analyse;

import io.ringsight.core.analyse.event.EventNumbers;
import io.ringsight.core.analyse.track.TrackNumbers;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.FrameTimings;
import java.util.ArrayList;
import java.util.List;

/** A source of 25 frames a second, of 1000 by 1000 pixels unless it says else, whose objects are put by hand, and its analysis. One thread. */
public final class AnalysedScene {
    /** Between two frames. */
    public static final long FRAME_NS = 40_000_000L;
    /** The capture time of the first frame. */
    public static final long BEGIN_UTC_NS = 1_795_354_800_000_000_000L;
    /** The uncertainty of its capture times. */
    public static final long UNCERTAINTY_US = 500;

    private static final float SIDE = 40;

    private final SourceAnalysis analysis;
    private final SharedAnalysis shared = new SharedAnalysis(new TrackNumbers());
    private final List<Decision> decisions = new ArrayList<>();
    private final Picture picture = new Picture();
    private final FrameTimings timings = new FrameTimings();
    private final FrameLosses losses = new FrameLosses();
    private final Detections detections = new Detections(300);
    private List<ObjectAttribute> attributes = List.of();
    private GapReason suspicion;
    private long frame;
    private boolean isAnalysed;

    public AnalysedScene(AnalysisSpec spec) {
        this(spec, 1_000, 1_000);
    }

    public AnalysedScene(AnalysisSpec spec, int width, int height) {
        analysis = new SourceAnalysis(new SourceId("cam"), spec, new EventNumbers(), new SourceMetrics("cam"));
        picture.layout(width, height, 0);
    }

    /** What is found in the next frame: to be added to. */
    public Detections found() {
        if (isAnalysed) {
            detections.clear();
            isAnalysed = false;
        }
        return detections;
    }

    /** Puts an object of class 0 into the next frame: the middle of its lower side, in pixels. */
    public AnalysedScene object(double footX, double footY) {
        return object(footX, footY, 0, 0.9f);
    }

    /** Puts an object into the next frame. */
    public AnalysedScene object(double footX, double footY, int classId, float confidence) {
        found().add((float) footX - SIDE / 2, (float) footY - SIDE, SIDE, SIDE, confidence, classId);
        return this;
    }

    /** The next frame; what was put is what is found. */
    public void frame() {
        long atNs = frame * FRAME_NS;
        picture.captured(atNs, BEGIN_UTC_NS + atNs, CaptureClock.RTCP_SR, UNCERTAINTY_US);
        found();
        analysis.frame(new Result(), shared, decisions);
        frame++;
        losses.clear();
        isAnalysed = true;
    }

    /** So many more frames with an object that goes straight from one place to another, from where it was on. */
    public void walk(double fromX, double fromY, double toX, double toY, int frames) {
        for (int i = 1; i <= frames; i++) {
            object(fromX + (toX - fromX) * i / frames, fromY + (toY - fromY) * i / frames);
            frame();
        }
    }

    /** So many more frames with an object that stands. */
    public void stand(double footX, double footY, int frames) {
        walk(footX, footY, footX, footY, frames);
    }

    /** So many frames without an object. */
    public void empty(int frames) {
        for (int i = 0; i < frames; i++) {
            frame();
        }
    }

    /** So many frames that were lost. */
    public void lose(GapReason reason, int frames) {
        losses.add(reason, frames);
        frame += frames;
    }

    /** The camera gave nothing for so many frames' time. */
    public void outage(int frames) {
        analysis.interrupted();
        frame += frames;
    }

    /** Frames are under suspicion from now on; null: they are not. */
    public void suspect(GapReason reason) {
        suspicion = reason;
    }

    /** What second models say of the objects, from now on. */
    public void attributes(List<ObjectAttribute> said) {
        attributes = said;
    }

    /** A frame could not be analysed. */
    public void fail() {
        analysis.reset(decisions);
    }

    /** The events since the last call. */
    public List<Event> events() {
        List<Event> events = decisions.stream()
                .filter(Event.class::isInstance)
                .map(Event.class::cast)
                .toList();
        decisions.clear();
        return events;
    }

    /** What was found in the last frame, and what its analysis said of it; until the next {@link #found}. */
    public Detections analysed() {
        return detections;
    }

    /** What was concluded since the last call. */
    public List<Decision> decisions() {
        List<Decision> taken = List.copyOf(decisions);
        decisions.clear();
        return taken;
    }

    /** The summaries since the last call. */
    public List<Summary> summaries() {
        List<Summary> summaries = decisions.stream()
                .filter(Summary.class::isInstance)
                .map(Summary.class::cast)
                .toList();
        decisions.clear();
        return summaries;
    }

    /** The source gives no more frames. */
    public void end() {
        analysis.ended(decisions);
    }

    /** The events since the last call, as {@code entered bay 3}. */
    public List<String> told() {
        return events().stream()
                .map(event -> event.what().kind().wireName()
                        + ' '
                        + event.what().name()
                        + (event.what().direction() == null
                                ? ""
                                : ' ' + event.what().direction()))
                .toList();
    }

    /** The frame as the analysis sees it. */
    private final class Result implements FrameResult {
        @Override
        public SourceId sourceId() {
            return new SourceId("cam");
        }

        @Override
        public long frameSeq() {
            return frame + 1;
        }

        @Override
        public long prevFrameSeq() {
            return frame - losses.total();
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
        public String backend() {
            return "fake";
        }

        @Override
        public ModelSpec model() {
            return FakeBackend.SPEC;
        }
    }
}
