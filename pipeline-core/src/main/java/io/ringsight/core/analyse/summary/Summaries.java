package io.ringsight.core.analyse.summary;

import io.ringsight.core.analyse.event.EventLog;
import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.analyse.track.Tracker;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.detect.Detections;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sums up what passes a source's lines and is in its zones, span by span. Every moment is in exactly one span, and is either seen or
 * missing. Its memory is made at once; a frame in which no span ends allocates nothing. One thread.
 */
public final class Summaries {
    private final List<String> lineNames;
    private final FlowCount[] forward;
    private final FlowCount[] backward;
    private final ZoneCount[] zones;
    private final TripCount trips;
    private final SpanClock span;
    private double untilS;
    private double missingBeforeS;

    /**
     * @param lengthS of a span, seconds
     * @param lostS how long an object is looked for that is not found
     */
    public Summaries(int lengthS, List<String> zoneNames, List<String> lineNames, double lostS) {
        this.lineNames = List.copyOf(lineNames);
        forward = flows(lineNames.size());
        backward = flows(lineNames.size());
        zones = IntStream.range(0, zoneNames.size())
                .mapToObj(zone -> new ZoneCount(zone, zoneNames.get(zone)))
                .toArray(ZoneCount[]::new);
        trips = new TripCount(this.lineNames, lostS);
        span = new SpanClock(lengthS);
    }

    private static FlowCount[] flows(int lines) {
        return IntStream.range(0, lines).mapToObj(line -> new FlowCount()).toArray(FlowCount[]::new);
    }

    /**
     * The next frame that can be trusted.
     *
     * @param found its objects: of which tracks they are, in which zones, what they crossed and how fast they are
     * @param tracker that followed them
     * @param watch the source's time, this frame included
     * @param log takes the summary of a span that is over
     */
    public void frame(Detections found, Tracker tracker, Watch watch, EventLog log) {
        span.frame(watch.nowS(), log.utcNs());
        boolean isMissing = watch.missingS() > missingBeforeS;
        missingBeforeS = watch.missingS();
        while (span.isOver()) {
            pass(span.endS(), isMissing);
            take(span.end(false), log);
        }
        pass(watch.nowS(), isMissing);
        for (ZoneCount zone : zones) {
            zone.look(found, tracker);
        }
        trips.frame(found, watch);
        cross(found, watch);
    }

    private void pass(double toS, boolean isMissing) {
        double seconds = toS - untilS;
        untilS = toS;
        if (isMissing) {
            span.missed(seconds);
            return;
        }
        for (ZoneCount zone : zones) {
            zone.pass(seconds);
        }
    }

    private void cross(Detections found, Watch watch) {
        for (int object = 0; object < found.size(); object++) {
            long crossed = found.crossed(object);
            for (int line = 0; crossed != 0 && line < forward.length; line++) {
                float kmh = Float.isNaN(found.uncertaintyKmh(object)) ? Float.NaN : found.kmh(object);
                if ((crossed >> line & 1) == 1) {
                    forward[line].crossed(watch, kmh);
                }
                if ((crossed >> Line.MAX_LINES + line & 1) == 1) {
                    backward[line].crossed(watch, kmh);
                }
            }
        }
    }

    private void take(Summary.Span over, EventLog log) {
        List<Summary.LineUse> lines = IntStream.range(0, forward.length)
                .mapToObj(line -> new Summary.LineUse(lineNames.get(line), forward[line].take(), backward[line].take()))
                .toList();
        log.add(over, lines, Arrays.stream(zones).map(ZoneCount::take).toList(), trips.take());
    }

    /** All tracks have ended: what is to come has nothing to do with what was. */
    public void reset() {
        trips.endAll();
        for (int line = 0; line < forward.length; line++) {
            forward[line].interrupt();
            backward[line].interrupt();
        }
    }

    /** The source gives no more frames: the span is over as it is. */
    public void end(EventLog log) {
        trips.endAll();
        if (span.hasBegun()) {
            take(span.end(true), log);
        }
    }
}
