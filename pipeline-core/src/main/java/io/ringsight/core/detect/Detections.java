package io.ringsight.core.detect;

import java.util.Arrays;

/**
 * What was found in one frame: parallel arrays of fixed capacity, made once and filled again and again. Boxes are left,
 * top, width and height in pixels; highest confidence first when a decoder filled it. Owned by one thread at a time.
 */
public final class Detections {
    /** The {@link #track} of an object that is not followed. */
    public static final long NO_TRACK = 0;
    /** As many as a YOLOv10 end-to-end head gives. */
    public static final int DEFAULT_CAPACITY = 300;
    /** For heads whose network does not choose itself. */
    static final int RAW_CAPACITY = 1_000;
    /** Bounds the memory of a ring's slots: 60 bytes a detection. */
    public static final int MAX_CAPACITY = 4_096;

    private final float[] left;
    private final float[] top;
    private final float[] width;
    private final float[] height;
    private final float[] confidence;
    private final int[] classId;
    private final long[] track;
    private final int[] trackClassId;
    private final long[] zones;
    private final long[] crossed;
    private final float[] kmh;
    private final float[] uncertaintyKmh;
    private int size;
    private int invalid;
    private boolean cut;
    private int unwanted;
    private WantedClasses wanted = WantedClasses.ALL;

    public Detections(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
        }
        left = new float[capacity];
        top = new float[capacity];
        width = new float[capacity];
        height = new float[capacity];
        confidence = new float[capacity];
        classId = new int[capacity];
        track = new long[capacity];
        trackClassId = new int[capacity];
        zones = new long[capacity];
        crossed = new long[capacity];
        kmh = new float[capacity];
        uncertaintyKmh = new float[capacity];
    }

    /** Forgets all detections. */
    public void clear() {
        size = 0;
        invalid = 0;
        cut = false;
        unwanted = 0;
    }

    /** Leaves out, and counts, objects of other classes that are added from now on; {@link #clear()} does not change it. */
    public void only(WantedClasses classes) {
        wanted = classes;
    }

    /** Whose objects are not left out. */
    public WantedClasses wanted() {
        return wanted;
    }

    /** Takes over the other's boxes, confidences and classes, for which there must be room, and which are wanted. */
    public void copyOf(Detections other) {
        clear();
        wanted = other.wanted;
        System.arraycopy(other.left, 0, left, 0, other.size);
        System.arraycopy(other.top, 0, top, 0, other.size);
        System.arraycopy(other.width, 0, width, 0, other.size);
        System.arraycopy(other.height, 0, height, 0, other.size);
        System.arraycopy(other.confidence, 0, confidence, 0, other.size);
        System.arraycopy(other.classId, 0, classId, 0, other.size);
        size = other.size;
        clearTracks();
    }

    /** Whether objects of this class are not left out. */
    boolean wants(int classId) {
        return wanted.has(classId);
    }

    /** Counts objects that were left out for their class. */
    void countUnwanted(int count) {
        unwanted += count;
    }

    /** How many were left out for their class; of heads that need NMS, before it. */
    public int unwanted() {
        return unwanted;
    }

    /** Counts boxes that were left out because they cannot be. */
    public void countInvalid(int count) {
        invalid += count;
    }

    /** How many boxes were left out: without area in the picture. */
    public int invalid() {
        return invalid;
    }

    /** Notes that weaker detections found no room. */
    public void markCut() {
        cut = true;
    }

    /** Whether there were more detections above the threshold than {@link #capacity()}. */
    public boolean isCut() {
        return cut;
    }

    /** Adds one unless its class is not wanted; false, and nothing added, when the capacity is reached. */
    public boolean add(float left, float top, float width, float height, float confidence, int classId) {
        if (!wanted.has(classId)) {
            unwanted++;
            return true;
        }
        if (size == this.left.length) {
            return false;
        }
        box(size, left, top, width, height);
        this.confidence[size] = confidence;
        this.classId[size] = classId;
        track[size] = NO_TRACK;
        zones[size] = 0;
        crossed[size] = 0;
        kmh[size] = Float.NaN;
        uncertaintyKmh[size] = Float.NaN;
        size++;
        return true;
    }

    /** Moves detection {@code index} to another box. */
    public void box(int index, float left, float top, float width, float height) {
        this.left[index] = left;
        this.top[index] = top;
        this.width[index] = width;
        this.height[index] = height;
    }

    /** Says that detection {@code index} is of track {@code number}, whose class by vote is {@code classId}. */
    public void track(int index, long number, int classId) {
        track[index] = number;
        trackClassId[index] = classId;
    }

    /** Forgets which tracks the detections are of, and what those crossed. */
    public void clearTracks() {
        Arrays.fill(track, 0, size, NO_TRACK);
        Arrays.fill(crossed, 0, size, 0);
        Arrays.fill(uncertaintyKmh, 0, size, Float.NaN);
    }

    /** Says which zones of its source detection {@code index} is in: a bit for each, the first zone's the lowest. */
    public void zones(int index, long zones) {
        this.zones[index] = zones;
    }

    /**
     * Says which lines of its source detection {@code index} has just crossed: of line n bit n where forward, bit 32 + n
     * where backward.
     */
    public void crossed(int index, long crossed) {
        this.crossed[index] = crossed;
    }

    /**
     * Says how fast detection {@code index} moves over the ground, in kilometres an hour.
     *
     * @param uncertaintyKmh how far that may be off in 95 of 100 cases; NaN if it is not known
     */
    public void speed(int index, float kmh, float uncertaintyKmh) {
        this.kmh[index] = kmh;
        this.uncertaintyKmh[index] = uncertaintyKmh;
    }

    /** Keeps the first {@code size} only. */
    public void truncate(int size) {
        this.size = Math.min(this.size, size);
    }

    /** Removes detection {@code index}; those behind it move up, order kept. */
    public void remove(int index) {
        int behind = --size - index;
        System.arraycopy(left, index + 1, left, index, behind);
        System.arraycopy(top, index + 1, top, index, behind);
        System.arraycopy(width, index + 1, width, index, behind);
        System.arraycopy(height, index + 1, height, index, behind);
        System.arraycopy(confidence, index + 1, confidence, index, behind);
        System.arraycopy(classId, index + 1, classId, index, behind);
        System.arraycopy(track, index + 1, track, index, behind);
        System.arraycopy(trackClassId, index + 1, trackClassId, index, behind);
        System.arraycopy(zones, index + 1, zones, index, behind);
        System.arraycopy(crossed, index + 1, crossed, index, behind);
        System.arraycopy(kmh, index + 1, kmh, index, behind);
        System.arraycopy(uncertaintyKmh, index + 1, uncertaintyKmh, index, behind);
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return left.length;
    }

    public float left(int index) {
        return left[index];
    }

    public float top(int index) {
        return top[index];
    }

    public float width(int index) {
        return width[index];
    }

    public float height(int index) {
        return height[index];
    }

    public float confidence(int index) {
        return confidence[index];
    }

    public int classId(int index) {
        return classId[index];
    }

    /** Number of the track it is of, unique in the daemon's run; {@link #NO_TRACK} while it is of none. */
    public long track(int index) {
        return track[index];
    }

    /** The class that its track was given by vote over time; without meaning where it is of none. */
    public int trackClassId(int index) {
        return trackClassId[index];
    }

    /** The zones of its source that it is in: a bit for each, the first zone's the lowest. */
    public long zones(int index) {
        return zones[index];
    }

    /** The lines of its source that it has just crossed: of line n bit n where forward, bit 32 + n where backward. */
    public long crossed(int index) {
        return crossed[index];
    }

    /** How fast it moves over the ground; without meaning where {@link #uncertaintyKmh} is NaN. */
    public float kmh(int index) {
        return kmh[index];
    }

    /** How far {@link #kmh} may be off in 95 of 100 cases; NaN where nobody knows how fast it is. */
    public float uncertaintyKmh(int index) {
        return uncertaintyKmh[index];
    }
}
