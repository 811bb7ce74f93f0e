package io.ringsight.core.analyse.event;

import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.track.Tracker;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Event.Kind;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.Picture;
import java.util.List;

/**
 * What the followed objects of a source do to its zones and lines, as events. Where an object is counts when it has moved,
 * as for the crossing of lines: one that stands on a zone's border and trembles does not go in and out.
 *
 * <p>An object is remembered as long as its track is looked for. Its memory is made at once; a frame without an event
 * allocates nothing. One thread at a time.
 */
public final class PlaceEvents {
    /** Tracks that end and tracks that begin in the same frame. */
    private static final int CAPACITY = 2 * Tracker.MAX_TRACKS;

    private static final double MS_PER_S = 1_000;
    /** Sums of steps and differences of sums are not the same to the last bit. */
    private static final double TOLERANCE_S = 1e-6;

    private final Event.What[] entered;
    private final Event.What[] appeared;
    private final Event.What[] left;
    private final Event.What[] lost;
    private final Event.What[] crossed;
    /** Null where the direction is right. */
    private final Event.What[] wrongWay;

    private final Event.What[] stopped;
    /** How long an object stands until it is told, by zone; 0: it is not. */
    private final double[] stoppedS;

    private final double lostS;
    private final double confirmS;
    private final long[] track = new long[CAPACITY];
    private final int[] classId = new int[CAPACITY];
    private final long[] zones = new long[CAPACITY];
    /** In which zones it was told that it stands. */
    private final long[] toldStopped = new long[CAPACITY];

    private final double[] seenS = new double[CAPACITY];
    /** How much had been missed when it was found last. */
    private final double[] missingSeenS = new double[CAPACITY];
    /** How much had been missed when it moved last. */
    private final double[] missingMovedS = new double[CAPACITY];
    /** When it was last looked at where it is. */
    private final double[] placedS = new double[CAPACITY];
    /** Since when it is in a zone, and how much had been missed until then; by zone and object. */
    private final double[] sinceS;

    private final double[] missingBeforeS;
    private int size;

    /** @param tracking how the objects are followed */
    public PlaceEvents(List<Zone> zoneSpecs, List<Line> lines, TrackSettings tracking) {
        List<String> zoneNames = zoneSpecs.stream().map(Zone::name).toList();
        entered = whats(Kind.ENTERED, zoneNames);
        appeared = whats(Kind.APPEARED, zoneNames);
        left = whats(Kind.LEFT, zoneNames);
        lost = whats(Kind.LOST, zoneNames);
        stopped = zoneNames.stream()
                .map(name -> new Event.What(Kind.STOPPED, name, null, Severity.WARNING, null))
                .toArray(Event.What[]::new);
        stoppedS = zoneSpecs.stream()
                .mapToDouble(zone -> zone.stoppedMs() / MS_PER_S)
                .toArray();
        crossed = new Event.What[2 * Line.MAX_LINES];
        wrongWay = new Event.What[2 * Line.MAX_LINES];
        for (int line = 0; line < lines.size(); line++) {
            cross(lines.get(line), line, Line.Direction.FORWARD);
            cross(lines.get(line), Line.MAX_LINES + line, Line.Direction.BACKWARD);
        }
        lostS = tracking.lostMs() / MS_PER_S;
        confirmS = tracking.confirmMs() / MS_PER_S;
        sinceS = new double[zoneNames.size() * CAPACITY];
        missingBeforeS = new double[zoneNames.size() * CAPACITY];
    }

    private void cross(Line line, int bit, Line.Direction direction) {
        crossed[bit] = new Event.What(Kind.CROSSED, line.name(), direction.wireName(), Severity.INFO, null);
        if (line.oneWay().isPresent() && line.oneWay().get() != direction) {
            wrongWay[bit] = new Event.What(Kind.WRONG_WAY, line.name(), direction.wireName(), Severity.ALARM, null);
        }
    }

    private static Event.What[] whats(Kind kind, List<String> names) {
        return names.stream()
                .map(name -> new Event.What(kind, name, null, Severity.INFO, null))
                .toArray(Event.What[]::new);
    }

    /**
     * The next frame.
     *
     * @param found its objects: of which tracks they are, in which zones, and what they crossed
     * @param tracker that followed them
     * @param watch the source's time, this frame included
     */
    public void frame(Detections found, Tracker tracker, Watch watch, EventLog log) {
        forget(watch, log);
        for (int object = 0; object < found.size(); object++) {
            if (found.track(object) != Detections.NO_TRACK) {
                place(found, object, tracker, watch, log);
            }
        }
    }

    private void place(Detections found, int object, Tracker tracker, Watch watch, EventLog log) {
        boolean hasMoved = tracker.hasMoved(object);
        int at = indexOf(found.track(object));
        boolean isNew = at == size;
        if (isNew) {
            size++;
            track[at] = found.track(object);
            zones[at] = 0;
            toldStopped[at] = 0;
            missingMovedS[at] = watch.missingS();
            // it was followed for so long already, and not told
            placedS[at] = watch.nowS() - confirmS;
        }
        classId[at] = found.trackClassId(object);
        seenS[at] = watch.nowS();
        missingSeenS[at] = watch.missingS();
        if (isNew || hasMoved) {
            move(at, found.zones(object), isNew, watch, log);
            cross(at, found.crossed(object), watch, log);
            placedS[at] = watch.nowS();
        }
        if (hasMoved) {
            toldStopped[at] = 0;
            missingMovedS[at] = watch.missingS();
        }
        stop(at, tracker.standsS(object), watch, log);
    }

    private void stop(int at, double standsS, Watch watch, EventLog log) {
        for (int zone = 0; zone < stopped.length; zone++) {
            boolean isIn = (zones[at] >> zone & 1) == 1;
            boolean isTold = (toldStopped[at] >> zone & 1) == 1;
            if (isIn && !isTold && stoppedS[zone] > 0 && standsS + TOLERANCE_S >= stoppedS[zone]) {
                toldStopped[at] |= 1L << zone;
                double unseenS = Math.min(standsS, watch.missingS() - missingMovedS[at]);
                Event.Figures figures = new Event.Figures(
                        Math.round(standsS * MS_PER_S), Math.round(unseenS * MS_PER_S), Picture.UNKNOWN);
                log.add(stopped[zone], log.within(0), log.subject(track[at], classId[at]), figures);
            }
        }
    }

    private int indexOf(long number) {
        int at = 0;
        while (at < size && track[at] != number) {
            at++;
        }
        return at;
    }

    private void move(int at, long now, boolean isNew, Watch watch, EventLog log) {
        long changed = now ^ zones[at];
        for (int zone = 0; changed >>> zone != 0 && zone < entered.length; zone++) {
            if ((changed >> zone & 1) == 0) {
                continue;
            }
            if ((now >> zone & 1) == 1) {
                sinceS[zone * CAPACITY + at] = watch.nowS();
                missingBeforeS[zone * CAPACITY + at] = watch.missingS();
                add(isNew ? appeared[zone] : entered[zone], at, Event.Figures.NONE, watch, log);
            } else {
                add(left[zone], at, stay(zone, at, watch.nowS(), watch.missingS()), watch, log);
            }
        }
        zones[at] = now;
    }

    private void cross(int at, long lines, Watch watch, EventLog log) {
        for (int bit = 0; lines >>> bit != 0 && bit < crossed.length; bit++) {
            if ((lines >>> bit & 1) == 1) {
                add(crossed[bit], at, Event.Figures.NONE, watch, log);
                if (wrongWay[bit] != null) {
                    add(wrongWay[bit], at, Event.Figures.NONE, watch, log);
                }
            }
        }
    }

    private void add(Event.What what, int at, Event.Figures figures, Watch watch, EventLog log) {
        log.add(what, log.within(watch.nowS() - placedS[at]), log.subject(track[at], classId[at]), figures);
    }

    private Event.Figures stay(int zone, int at, double untilS, double missingS) {
        int place = zone * CAPACITY + at;
        double stayS = untilS - sinceS[place];
        double unseenS = Math.max(0, Math.min(stayS, missingS - missingBeforeS[place]));
        return new Event.Figures(Math.round(stayS * MS_PER_S), Math.round(unseenS * MS_PER_S), Picture.UNKNOWN);
    }

    /** Those whose tracks ended. */
    private void forget(Watch watch, EventLog log) {
        for (int at = size - 1; at >= 0; at--) {
            if (watch.nowS() - seenS[at] > lostS + TOLERANCE_S) {
                lose(at, watch, log);
                remove(at);
            }
        }
    }

    private void lose(int at, Watch watch, EventLog log) {
        double agoS = watch.nowS() - seenS[at];
        for (int zone = 0; zone < lost.length; zone++) {
            if ((zones[at] >> zone & 1) == 1) {
                Event.Figures stay = stay(zone, at, seenS[at], missingSeenS[at]);
                log.add(lost[zone], log.before(agoS, agoS), log.subject(track[at], classId[at]), stay);
            }
        }
    }

    private void remove(int at) {
        int last = --size;
        track[at] = track[last];
        classId[at] = classId[last];
        zones[at] = zones[last];
        toldStopped[at] = toldStopped[last];
        missingMovedS[at] = missingMovedS[last];
        seenS[at] = seenS[last];
        missingSeenS[at] = missingSeenS[last];
        placedS[at] = placedS[last];
        for (int zone = 0; zone < lost.length; zone++) {
            sinceS[zone * CAPACITY + at] = sinceS[zone * CAPACITY + last];
            missingBeforeS[zone * CAPACITY + at] = missingBeforeS[zone * CAPACITY + last];
        }
    }

    /** All tracks have ended. */
    public void reset(Watch watch, EventLog log) {
        for (int at = size - 1; at >= 0; at--) {
            lose(at, watch, log);
        }
        size = 0;
    }
}
