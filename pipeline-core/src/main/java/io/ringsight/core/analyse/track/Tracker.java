package io.ringsight.core.analyse.track;

import io.ringsight.core.detect.Boxes;
import io.ringsight.core.detect.Detections;

/**
 * Follows the objects of one source from frame to frame and gives each a track number.
 *
 * <p>Association is ByteTrack's (Y. Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box",
 * ECCV 2022): objects of high confidence are paired with all tracks, then those of low confidence with the tracks that
 * were in sight and found none, then what is left of the confident with tentative tracks. Confident objects that are left
 * over begin tentative tracks. What pairs is the overlap (IoU) of the object's box with where a Kalman filter expects the
 * track ({@link Axis}), both grown by the filter's own uncertainty (after F. Yang et al., "Hard to Track Objects with
 * Irregular Motions and Similar Appearances? Make It Easier by Buffering the Matching Space", WACV 2023): after a gap it
 * looks farther.
 *
 * <p><b>Time</b> is seconds, not frames: a step over lost frames is a long step, and how long a track is looked for does
 * not depend on the frame rate.
 *
 * <p><b>States.</b> Tentative: found, but not for long enough; it has no number yet. Confirmed: it has a number. Lost:
 * confirmed, and not found in the last frame; it is not told where it might be. Tracks are never made into detections.
 *
 * <p>Bounded: {@value #MAX_TRACKS} tracks, and the {@value #MAX_OBJECTS} best objects of a frame. Allocates nothing after
 * it was made. One thread at a time.
 */
public final class Tracker {
    /** As many tracks as there may be at a time. */
    public static final int MAX_TRACKS = 300;
    /** As many objects of a frame as are followed, the best. */
    public static final int MAX_OBJECTS = 300;

    /** Least overlaps in the three rounds, as ByteTrack's: its 1 - IoU is 0.8, 0.5 and 0.7 at most. */
    private static final float MIN_IOU_CONFIDENT = 0.2f;

    private static final float MIN_IOU_WEAK = 0.5f;
    private static final float MIN_IOU_TENTATIVE = 0.3f;
    /** What the overlap counts where the classes differ: models change their mind, but two objects are likelier. */
    private static final float OTHER_CLASS = 0.75f;
    /** Overlap from which two boxes are one object found twice. */
    private static final float SAME_OBJECT = 0.8f;
    /** The most by which boxes are grown, in sizes of the track. */
    private static final double MAX_BUFFER = 0.5;

    /** The least way that is one, in sizes of the object. */
    private static final float MIN_MOVE = 0.15f;

    private static final int MIN_HITS = 2;
    private static final int NONE = -1;
    private static final double MS_PER_S = 1_000;

    /** Which tracks take part in a round. */
    private enum Round {
        CONFIRMED,
        IN_SIGHT,
        TENTATIVE
    }

    private final double confident;
    private final double lostS;
    private final double confirmS;
    private final Tracks tracks;
    private final Ground ground;
    /** Where each track is expected: left, top, width and height. */
    private final float[] expected = new float[4 * MAX_TRACKS];
    /** By how much that is grown, in pixels. */
    private final float[] buffer = new float[MAX_TRACKS];

    private final boolean[] inSight = new boolean[MAX_TRACKS];
    private final boolean[] isFound = new boolean[MAX_TRACKS];
    private final int[] trackOf = new int[MAX_OBJECTS];
    private final int[] rows = new int[MAX_TRACKS];
    private final int[] columns = new int[MAX_OBJECTS];
    private final double[] standsS = new double[MAX_OBJECTS];
    private final double[] groundX = new double[MAX_OBJECTS];
    private final double[] groundY = new double[MAX_OBJECTS];
    private final boolean[] hasMoved = new boolean[MAX_OBJECTS];
    private final float[] beforeX = new float[MAX_OBJECTS];
    private final float[] beforeY = new float[MAX_OBJECTS];
    private int objects;
    private int confirmed;
    private int noRoom;

    /** Of objects of which nobody knows where on the ground they are. */
    public Tracker(TrackSettings settings) {
        this(settings, null);
    }

    /** @param ground says how fast they are, or null */
    public Tracker(TrackSettings settings, Ground ground) {
        this.ground = ground;
        tracks = new Tracks(MAX_TRACKS, ground);
        confident = settings.confident();
        lostS = settings.lostMs() / MS_PER_S;
        confirmS = settings.confirmMs() / MS_PER_S;
    }

    /**
     * The next frame.
     *
     * @param found what was found in it, best first; it is told which track each object is of
     * @param seconds since the frame before, 0 or more
     * @param assignment shared by all trackers of the thread
     * @param numbers shared by all trackers of the run
     */
    public void follow(Detections found, double seconds, Assignment assignment, TrackNumbers numbers) {
        confirmed = 0;
        noRoom = Math.max(0, found.size() - MAX_OBJECTS);
        objects = Math.min(found.size(), MAX_OBJECTS);
        advance(seconds);
        for (int object = 0; object < objects; object++) {
            trackOf[object] = NONE;
            hasMoved[object] = false;
            standsS[object] = 0;
            groundX[object] = Double.NaN;
            groundY[object] = Double.NaN;
        }
        pair(found, true, Round.CONFIRMED, MIN_IOU_CONFIDENT, assignment);
        pair(found, false, Round.IN_SIGHT, MIN_IOU_WEAK, assignment);
        pair(found, true, Round.TENTATIVE, MIN_IOU_TENTATIVE, assignment);
        begin(found);
        tell(found, numbers);
        drop();
    }

    /** Forgets all tracks: what comes next has nothing to do with what was. */
    public void reset() {
        tracks.clear();
    }

    /** How many tracks the last frame confirmed. */
    public int confirmed() {
        return confirmed;
    }

    /** How many objects of the last frame were not followed because there are too many. */
    public int noRoom() {
        return noRoom;
    }

    /** Tracks there are now, in whatever state. */
    int size() {
        return tracks.size();
    }

    private void advance(double seconds) {
        for (int track = tracks.size() - 1; track >= 0; track--) {
            boolean wasInSight = tracks.unseen(track) == 0;
            if (tracks.unseen(track) + seconds > lostS) {
                tracks.remove(track);
                inSight[track] = inSight[tracks.size()];
                continue;
            }
            tracks.predict(track, seconds);
            inSight[track] = wasInSight;
        }
        for (int track = 0; track < tracks.size(); track++) {
            isFound[track] = false;
            expected[4 * track] = tracks.left(track);
            expected[4 * track + 1] = tracks.top(track);
            expected[4 * track + 2] = tracks.width(track);
            expected[4 * track + 3] = tracks.height(track);
            buffer[track] = (float) Math.min(tracks.sigma(track), MAX_BUFFER * tracks.objectSize(track));
        }
    }

    private void pair(Detections found, boolean isConfident, Round round, float minIou, Assignment assignment) {
        int rowCount = 0;
        for (int track = 0; track < tracks.size(); track++) {
            if (!isFound[track] && takesPart(track, round)) {
                rows[rowCount++] = track;
            }
        }
        int columnCount = 0;
        for (int object = 0; object < objects; object++) {
            if (trackOf[object] == NONE && found.confidence(object) >= confident == isConfident) {
                columns[columnCount++] = object;
            }
        }
        if (rowCount == 0 || columnCount == 0) {
            return;
        }
        assignment.begin(rowCount, columnCount);
        for (int row = 0; row < rowCount; row++) {
            for (int column = 0; column < columnCount; column++) {
                float likeness = likeness(rows[row], found, columns[column]);
                if (likeness >= minIou) {
                    assignment.allow(row, column, likeness);
                }
            }
        }
        assignment.solve();
        for (int row = 0; row < rowCount; row++) {
            if (assignment.columnOf(row) >= 0) {
                found(rows[row], found, columns[assignment.columnOf(row)]);
            }
        }
    }

    private boolean takesPart(int track, Round round) {
        return switch (round) {
            case CONFIRMED -> tracks.isConfirmed(track);
            case IN_SIGHT -> tracks.isConfirmed(track) && inSight[track];
            case TENTATIVE -> !tracks.isConfirmed(track);
        };
    }

    private float likeness(int track, Detections found, int object) {
        float iou = Boxes.iou(
                found,
                object,
                buffer[track],
                expected[4 * track],
                expected[4 * track + 1],
                expected[4 * track + 2],
                expected[4 * track + 3]);
        return iou > 0 && found.classId(object) != tracks.classId(track) ? OTHER_CLASS * iou : iou;
    }

    private void found(int track, Detections found, int object) {
        tracks.update(track, found, object);
        isFound[track] = true;
        trackOf[object] = track;
    }

    private void begin(Detections found) {
        for (int object = 0; object < objects; object++) {
            if (trackOf[object] == NONE && found.confidence(object) >= confident && !isFoundAlready(found, object)) {
                if (tracks.size() == tracks.capacity()) {
                    noRoom++;
                    continue;
                }
                int track = tracks.begin(found, object);
                isFound[track] = true;
                trackOf[object] = track;
            }
        }
    }

    /** A model without NMS may give one object twice, as a car and as a truck: that is one track. */
    private boolean isFoundAlready(Detections found, int object) {
        for (int other = 0; other < objects; other++) {
            if (trackOf[other] != NONE && Boxes.iou(found, object, other) >= SAME_OBJECT) {
                return true;
            }
        }
        return false;
    }

    private void tell(Detections found, TrackNumbers numbers) {
        for (int object = 0; object < objects; object++) {
            int track = trackOf[object];
            if (track == NONE) {
                continue;
            }
            if (!tracks.isConfirmed(track) && tracks.hits(track) >= MIN_HITS && tracks.age(track) >= confirmS) {
                tracks.confirm(track, numbers.next());
                confirmed++;
            }
            if (tracks.isConfirmed(track)) {
                found.track(object, tracks.number(track), tracks.classId(track));
                if (ground != null) {
                    found.speed(object, ground.kmh(track), ground.uncertaintyKmh(track));
                    groundX[object] = ground.atX(track);
                    groundY[object] = ground.atY(track);
                }
                move(track, found, object);
                standsS[object] = tracks.stands(track);
            }
        }
    }

    /** Boxes tremble: what has not moved by more than that has not moved. */
    private void move(int track, Detections found, int object) {
        float across = footX(found, object) - tracks.anchorX(track);
        float down = footY(found, object) - tracks.anchorY(track);
        float area = found.width(object) * found.height(object);
        if (across * across + down * down > MIN_MOVE * MIN_MOVE * area) {
            hasMoved[object] = true;
            beforeX[object] = tracks.anchorX(track);
            beforeY[object] = tracks.anchorY(track);
            tracks.anchor(track, footX(found, object), footY(found, object));
        }
    }

    /**
     * Whether the object of the last frame that was followed has a track and has moved: by more than a box trembles since it
     * was last said to have moved, or since its track began.
     */
    public boolean hasMoved(int object) {
        return object < objects && hasMoved[object];
    }

    /** How long an object of the last frame has not moved, by more than a box trembles; 0 where it has no track. */
    public double standsS(int object) {
        return object < objects ? standsS[object] : 0;
    }

    /** Where on the ground an object of the last frame is, metres; NaN where that is not known. */
    public double groundX(int object) {
        return object < objects ? groundX[object] : Double.NaN;
    }

    /** As {@link #groundX}, in the other direction. */
    public double groundY(int object) {
        return object < objects ? groundY[object] : Double.NaN;
    }

    /** Where an object that has moved was before, in pixels. */
    public float beforeX(int object) {
        return beforeX[object];
    }

    /** Where an object that has moved was before, in pixels. */
    public float beforeY(int object) {
        return beforeY[object];
    }

    /** Where an object is: the middle of its box's lower side, where it touches the ground. */
    public static float footX(Detections found, int object) {
        return found.left(object) + found.width(object) / 2;
    }

    /** Where an object is: the lower side of its box. */
    public static float footY(Detections found, int object) {
        return found.top(object) + found.height(object);
    }

    /** A tentative track that is not found again within the time it takes to confirm it was a flicker. */
    private void drop() {
        for (int track = tracks.size() - 1; track >= 0; track--) {
            if (!tracks.isConfirmed(track) && tracks.unseen(track) > confirmS) {
                tracks.remove(track);
            }
        }
    }
}
