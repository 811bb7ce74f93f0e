package io.ringsight.core.analyse;

import io.ringsight.core.analyse.event.EventLog;
import io.ringsight.core.analyse.event.EventNumbers;
import io.ringsight.core.analyse.event.PlaceEvents;
import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.analyse.rule.Rules;
import io.ringsight.core.analyse.summary.Summaries;
import io.ringsight.core.analyse.track.Ground;
import io.ringsight.core.analyse.track.Tracker;
import io.ringsight.core.analyse.world.Homography;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.LineMap;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.analyse.zone.ZoneMap;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.CaptureClock;
import java.util.List;

/**
 * What is made of the detections of one source, from frame to frame: which track each object is of, which zones it is in,
 * which lines it crossed, and what that means. Its memory is made at once and bounded; a frame
 * allocates nothing, but for its events.
 *
 * <p><b>Threads.</b> Made by any thread, used by one.
 */
public final class SourceAnalysis {
    private static final double MS_PER_S = 1_000;
    /** What an event of the camera itself is called. */
    private static final String CAMERA = "camera";

    private final ZoneMap zones;
    private final List<String> zoneNames;
    private final LineMap lines;
    private final List<String> lineNames;
    /** Null where objects are not followed. */
    private final Tracker tracker;

    /** Null where nobody knows where on the ground objects are. */
    private final Ground ground;

    private final SourceMetrics metrics;
    private final FrameTime time = new FrameTime();
    private final Watch watch = new Watch();
    private final EventLog log;
    private final Rules rules;
    /** Null where there is neither zone nor line, or objects are not followed. */
    private final PlaceEvents places;

    /** Null where nothing is summed up. */
    private final Summaries summaries;

    /** The model that was at work last. */
    private ModelSpec model;

    /**
     * @param numbers of the source's events
     */
    public SourceAnalysis(SourceId source, AnalysisSpec spec, EventNumbers numbers, SourceMetrics metrics) {
        zones = new ZoneMap(spec.zones());
        lines = new LineMap(spec.lines());
        lineNames = spec.lines().stream().map(Line::name).toList();
        zoneNames = spec.zones().stream().map(Zone::name).toList();
        ground = spec.calibration().flatMap(Homography::of).map(Ground::new).orElse(null);
        tracker = spec.tracking().enabled() ? new Tracker(spec.tracking(), ground) : null;
        boolean hasPlaces = !zoneNames.isEmpty() || !lineNames.isEmpty();
        places = tracker != null && hasPlaces ? new PlaceEvents(spec.zones(), spec.lines(), spec.tracking()) : null;
        summaries = tracker != null && hasPlaces && spec.summaryS() > 0
                ? new Summaries(
                        spec.summaryS(), zoneNames, lineNames, spec.tracking().lostMs() / MS_PER_S)
                : null;
        rules = new Rules(spec.rules(), zoneNames);
        log = new EventLog(source, numbers);
        this.metrics = metrics;
    }

    /**
     * One analysed frame, in the source's order. What is found out is put into its detections. A frame under suspicion may
     * not show what is there now: its objects are of no track, and the time it took is time in which nothing was seen.
     *
     * @param into gets what is concluded from it
     */
    public void frame(FrameResult frame, SharedAnalysis shared, List<Decision> into) {
        log.into(into);
        if (hasLost(frame.losses())) {
            watch.missed();
        }
        if (frame.suspicion() != GapReason.MOVED) {
            zones.place(
                    frame.detections(), frame.picture().width(), frame.picture().height());
        }
        if (frame.suspicion() != null) {
            time.interrupt();
            watch.missed();
        } else {
            trusted(frame, shared);
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

    private void trusted(FrameResult frame, SharedAnalysis shared) {
        log.of(frame);
        if (frame.model() != model) {
            changeTo(frame.model());
        }
        Detections found = frame.detections();
        double seconds = time.step(frame.picture(), frame.timings().decodedAtNs());
        watch.frame(seconds);
        if (ground != null) {
            ground.picture(frame.picture().width(), frame.picture().height());
        }
        if (tracker != null) {
            tracker.follow(found, seconds, shared.assignment(), shared.numbers());
            cross(found, frame.picture());
            metrics.count(Counter.TRACKS, tracker.confirmed());
            metrics.count(Counter.DETECTIONS_NOT_TRACKED, tracker.noRoom());
        }
        if (places != null) {
            places.frame(found, tracker, watch, log);
        }
        if (summaries != null) {
            summaries.frame(found, tracker, watch, log);
        }
        rules.frame(frame, seconds, watch, log);
    }

    /** What a class is called may have changed: then no object of before is one of now. */
    private void changeTo(ModelSpec next) {
        if (model != null && !model.labels().equals(next.labels())) {
            forgetTracks();
        }
        if (model == null || !model.labels().equals(next.labels())) {
            rules.labels(next.labels());
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

    /** Whether more was lost than what the source's maxFps leaves out on purpose. */
    private static boolean hasLost(FrameLosses losses) {
        return losses.total() > losses.count(GapReason.RATE_LIMIT);
    }

    /** The source gave no frames for a while: its stream may have begun again. */
    public void interrupted() {
        time.interrupt();
        watch.missed();
    }

    /**
     * The camera was found to have been moved.
     *
     * @param sentence how, for people
     * @param sinceUtcNs when it was seen last that it was not, nanoseconds since 1970
     * @param into gets the event
     */
    public void moved(String sentence, long sinceUtcNs, List<Decision> into) {
        log.into(into);
        log.add(
                new Event.What(Event.Kind.MOVED, CAMERA, null, Severity.ALARM, sentence),
                new Event.When(sinceUtcNs, CaptureClock.ARRIVAL, Picture.UNKNOWN),
                null,
                Event.Figures.NONE);
    }

    /**
     * The source gives no more frames.
     *
     * @param into gets what is concluded from that
     */
    public void ended(List<Decision> into) {
        if (summaries != null) {
            log.into(into);
            summaries.end(log);
        }
    }

    /** A frame was not analysed. */
    public void missed() {
        watch.missed();
    }

    /**
     * Forgets what it knows, because a frame could not be analysed.
     *
     * @param into gets what is concluded from that
     */
    public void reset(List<Decision> into) {
        watch.missed();
        log.into(into);
        forgetTracks();
        rules.reset();
    }

    private void forgetTracks() {
        if (tracker != null) {
            tracker.reset();
        }
        if (places != null) {
            places.reset(watch, log);
        }
        if (summaries != null) {
            summaries.reset();
        }
    }
}
