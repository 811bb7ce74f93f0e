package io.ringsight.core.analyse.summary;

import io.ringsight.core.analyse.track.Tracker;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.detect.Detections;

/** What is in one zone. One thread; counting allocates nothing. */
final class ZoneCount {
    /** What has not moved for so long stands. */
    private static final double STANDS_S = 2;

    private final int zone;
    private final String name;
    private final int[] standingObjects = new int[Tracker.MAX_OBJECTS];
    private int objects;
    private int standing;
    private double queueM = Double.NaN;

    private double seenS;
    private double occupiedS;
    private double objectS;
    private double standingS;
    private int maxObjects;
    private int maxStanding;
    private double maxQueueM;

    ZoneCount(int zone, String name) {
        this.zone = zone;
        this.name = name;
        clear();
    }

    /** What a frame shows: it is so until the next. */
    void look(Detections found, Tracker tracker) {
        objects = 0;
        standing = 0;
        for (int object = 0; object < found.size(); object++) {
            if (found.track(object) != Detections.NO_TRACK && (found.zones(object) >> zone & 1) == 1) {
                objects++;
                if (tracker.standsS(object) >= STANDS_S) {
                    standingObjects[standing++] = object;
                }
            }
        }
        queueM = queueM(tracker);
        maxObjects = Math.max(maxObjects, objects);
        maxStanding = Math.max(maxStanding, standing);
        maxQueueM = Double.isNaN(maxQueueM) ? queueM : Math.max(maxQueueM, Double.isNaN(queueM) ? 0 : queueM);
    }

    /** NaN where it is not known where on the ground they are. */
    private double queueM(Tracker tracker) {
        double longest = standing == 0 || Double.isNaN(tracker.groundX(standingObjects[0])) ? Double.NaN : 0;
        for (int i = 0; i < standing; i++) {
            for (int j = i + 1; j < standing; j++) {
                double across = tracker.groundX(standingObjects[i]) - tracker.groundX(standingObjects[j]);
                double along = tracker.groundY(standingObjects[i]) - tracker.groundY(standingObjects[j]);
                longest = Math.max(longest, Math.hypot(across, along));
            }
        }
        return longest;
    }

    /** It was as the last frame showed for so long. */
    void pass(double seconds) {
        seenS += seconds;
        occupiedS += objects > 0 ? seconds : 0;
        objectS += objects * seconds;
        standingS += standing * seconds;
    }

    private void clear() {
        seenS = 0;
        occupiedS = 0;
        objectS = 0;
        standingS = 0;
        maxObjects = objects;
        maxStanding = standing;
        maxQueueM = queueM;
    }

    /** What was counted since the last call. */
    Summary.ZoneUse take() {
        Summary.ZoneUse use = new Summary.ZoneUse(
                name,
                occupiedS / seenS,
                new Summary.Level(objectS / seenS, maxObjects),
                new Summary.Level(standingS / seenS, maxStanding),
                maxQueueM);
        clear();
        return use;
    }
}
