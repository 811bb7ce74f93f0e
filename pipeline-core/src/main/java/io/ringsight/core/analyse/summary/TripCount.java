package io.ringsight.core.analyse.summary;

import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.analyse.track.Tracker;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.detect.Detections;
import java.util.ArrayList;
import java.util.List;

/**
 * Which line each object crossed first and which last, once it is out of sight: origin and destination. An object that crossed one
 * line only made no trip. One thread; counting allocates nothing.
 */
final class TripCount {
    private static final int CAPACITY = 2 * Tracker.MAX_TRACKS;
    /** Sums of steps are not exact to the last bit. */
    private static final double TOLERANCE_S = 1e-6;

    private final List<String> lines;
    private final double lostS;
    private final long[] track = new long[CAPACITY];
    private final int[] first = new int[CAPACITY];
    private final int[] last = new int[CAPACITY];
    private final double[] seenS = new double[CAPACITY];
    private final long[] trips;
    private int size;

    /** @param lostS how long an object is looked for that is not found */
    TripCount(List<String> lines, double lostS) {
        this.lines = lines;
        this.lostS = lostS;
        trips = new long[lines.size() * lines.size()];
    }

    void frame(Detections found, Watch watch) {
        for (int at = size - 1; at >= 0; at--) {
            if (watch.nowS() - seenS[at] > lostS + TOLERANCE_S) {
                end(at);
            }
        }
        for (int object = 0; object < found.size(); object++) {
            if (found.track(object) != Detections.NO_TRACK) {
                see(found.track(object), found.crossed(object), watch);
            }
        }
    }

    private void see(long number, long crossed, Watch watch) {
        int at = 0;
        while (at < size && track[at] != number) {
            at++;
        }
        if (at == size && crossed == 0 || at == CAPACITY) {
            return;
        }
        long both = (crossed | crossed >>> Line.MAX_LINES) & (1L << Line.MAX_LINES) - 1;
        if (at == size) {
            size++;
            track[at] = number;
            first[at] = Long.numberOfTrailingZeros(both);
        }
        if (both != 0) {
            last[at] = Long.SIZE - 1 - Long.numberOfLeadingZeros(both);
        }
        seenS[at] = watch.nowS();
    }

    private void end(int at) {
        if (first[at] != last[at]) {
            trips[first[at] * lines.size() + last[at]]++;
        }
        int end = --size;
        track[at] = track[end];
        first[at] = first[end];
        last[at] = last[end];
        seenS[at] = seenS[end];
    }

    /** All tracks have ended. */
    void endAll() {
        for (int at = size - 1; at >= 0; at--) {
            end(at);
        }
    }

    /** What was counted since the last call. */
    List<Summary.Trip> take() {
        List<Summary.Trip> taken = new ArrayList<>();
        for (int i = 0; i < trips.length; i++) {
            if (trips[i] > 0) {
                taken.add(new Summary.Trip(lines.get(i / lines.size()), lines.get(i % lines.size()), trips[i]));
                trips[i] = 0;
            }
        }
        return taken;
    }
}
