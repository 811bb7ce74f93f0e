package io.ringsight.core.detect;

/**
 * Boxes above the threshold, of one picture, before the best are chosen: parallel arrays and an order by confidence.
 * Made once for as many as a head can give.
 */
final class Candidates {
    private final float[] left;
    private final float[] top;
    private final float[] width;
    private final float[] height;
    private final float[] confidence;
    private final int[] classId;
    /** Sort keys: inverted confidence bits above, index below, so that ascending is best first, ties by index. */
    private final long[] keys;

    private int size;

    Candidates(int capacity) {
        left = new float[capacity];
        top = new float[capacity];
        width = new float[capacity];
        height = new float[capacity];
        confidence = new float[capacity];
        classId = new int[capacity];
        keys = new long[capacity];
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** Adds one. Left out are boxes with an edge that is no finite number or that have no area. */
    void add(float confidence, int classId, float left, float top, float width, float height) {
        if (!(width > 0 && height > 0) || !Float.isFinite(left + top + width + height)) {
            return;
        }
        this.left[size] = left;
        this.top[size] = top;
        this.width[size] = width;
        this.height[size] = height;
        this.confidence[size] = confidence;
        this.classId[size] = classId;
        // Confidences are not negative, and bits of such floats are ordered as the floats are.
        long best = Integer.MAX_VALUE - Float.floatToRawIntBits(Math.min(Math.max(confidence, 0f), 1f));
        keys[size] = best << 32 | size;
        size++;
    }

    /** Brings the best to the front. */
    void sort() {
        for (int i = 1; i < size; i++) {
            if (keys[i] < keys[i - 1]) {
                heapSort();
                return;
            }
        }
    }

    /** The JDK's own sort allocates (24 to 120 bytes a call on Java 25, none on 17). */
    private void heapSort() {
        for (int parent = size / 2 - 1; parent >= 0; parent--) {
            sink(parent, size);
        }
        for (int end = size - 1; end > 0; end--) {
            long largest = keys[0];
            keys[0] = keys[end];
            keys[end] = largest;
            sink(0, end);
        }
    }

    private void sink(int start, int end) {
        long key = keys[start];
        int hole = start;
        for (int child = 2 * hole + 1; child < end; child = 2 * hole + 1) {
            if (child + 1 < end && keys[child + 1] > keys[child]) {
                child++;
            }
            if (keys[child] <= key) {
                break;
            }
            keys[hole] = keys[child];
            hole = child;
        }
        keys[hole] = key;
    }

    /** Copies the {@code rank}-th best, unless its class is not one of {@code classes}; false when {@code into} is full. */
    boolean copy(int rank, int classes, Detections into) {
        int i = (int) keys[rank];
        if (classId[i] < 0 || classId[i] >= classes) {
            return true;
        }
        return into.add(left[i], top[i], width[i], height[i], Math.min(confidence[i], 1f), classId[i]);
    }
}
