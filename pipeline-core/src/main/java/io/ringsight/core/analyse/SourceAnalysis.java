package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.Tracker;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.LineMap;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.analyse.zone.ZoneMap;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import java.util.List;

/**
 * What is made of the detections of one source, from frame to frame: which track each object is of, which zones it is in
 * and which lines it crossed. Its memory is made at once and bounded; a frame allocates nothing.
 *
 * <p><b>Threads.</b> Made by any thread, used by one.
 */
public final class SourceAnalysis {
    private final ZoneMap zones;
    private final List<String> zoneNames;
    private final LineMap lines;
    private final List<String> lineNames;
    /** Null where objects are not followed. */
    private final Tracker tracker;

    private final SourceMetrics metrics;
    private final FrameTime time = new FrameTime();
    /** The model that was at work last. */
    private ModelSpec model;

    public SourceAnalysis(AnalysisSpec spec, SourceMetrics metrics) {
        zones = new ZoneMap(spec.zones());
        lines = new LineMap(spec.lines());
        lineNames = spec.lines().stream().map(Line::name).toList();
        zoneNames = spec.zones().stream().map(Zone::name).toList();
        tracker = spec.tracking().enabled() ? new Tracker(spec.tracking()) : null;
        this.metrics = metrics;
    }

    /**
     * One analysed frame, in the source's order. What is found out is put into its detections. A frame under suspicion may
     * not show what is there now: its objects are of no track, and the time it took is time in which nothing was seen.
     */
    public void frame(FrameResult frame, SharedAnalysis shared) {
        zones.place(frame.detections(), frame.picture().width(), frame.picture().height());
        if (tracker != null) {
            follow(frame, shared);
        }
    }

    /** Names of the zones, in their order. */
    public List<String> zoneNames() {
        return zoneNames;
    }

    /** Names of the lines, in their order. */
    public List<String> lineNames() {
        return lineNames;
    }

    private void follow(FrameResult frame, SharedAnalysis shared) {
        if (frame.suspicion() != null) {
            time.interrupt();
            return;
        }
        if (frame.model() != model) {
            changeTo(frame.model());
        }
        Detections found = frame.detections();
        double seconds = time.step(frame.picture(), frame.timings().decodedAtNs());
        tracker.follow(found, seconds, shared.assignment(), shared.numbers());
        cross(found, frame.picture());
        metrics.count(Counter.TRACKS, tracker.confirmed());
        metrics.count(Counter.DETECTIONS_NOT_TRACKED, tracker.noRoom());
    }

    /** What a class is called may have changed: then no object of before is one of now. */
    private void changeTo(ModelSpec next) {
        if (model != null && !model.labels().equals(next.labels())) {
            tracker.reset();
        }
        model = next;
    }

    private void cross(Detections found, Picture picture) {
        if (lines.isEmpty()) {
            return;
        }
        double width = picture.width();
        double height = picture.height();
        for (int object = 0; object < found.size(); object++) {
            if (tracker.hasMoved(object)) {
                long crossed = lines.crossed(
                        tracker.beforeX(object) / width,
                        tracker.beforeY(object) / height,
                        Tracker.footX(found, object) / width,
                        Tracker.footY(found, object) / height);
                found.crossed(object, crossed);
                metrics.count(Counter.CROSSINGS, Long.bitCount(crossed));
            }
        }
    }

    /** The source gave no frames for a while: its stream may have begun again. */
    public void interrupted() {
        time.interrupt();
    }

    /** Forgets what it knows, because a frame could not be analysed. */
    public void reset() {
        if (tracker != null) {
            tracker.reset();
        }
    }
}
