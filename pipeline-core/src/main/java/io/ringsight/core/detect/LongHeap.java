package io.ringsight.core.detect;

/** Sorts longs in place. The JDK's own sort allocates (24 to 120 bytes a call on Java 25, none on 17). */
final class LongHeap {
    private LongHeap() {}

    /** The first {@code size} of {@code keys}, ascending. Those that are sorted already cost one comparison each. */
    static void sort(long[] keys, int size) {
        for (int i = 1; i < size; i++) {
            if (keys[i] < keys[i - 1]) {
                sortAll(keys, size);
                return;
            }
        }
    }

    private static void sortAll(long[] keys, int size) {
        for (int parent = size / 2 - 1; parent >= 0; parent--) {
            sink(keys, parent, size);
        }
        for (int end = size - 1; end > 0; end--) {
            long largest = keys[0];
            keys[0] = keys[end];
            keys[end] = largest;
            sink(keys, 0, end);
        }
    }

    private static void sink(long[] keys, int start, int end) {
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
}
