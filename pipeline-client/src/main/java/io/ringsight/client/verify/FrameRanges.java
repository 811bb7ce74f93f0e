package io.ringsight.client.verify;

import java.util.Arrays;

/**
 * A set of frame numbers, kept as ranges in two arrays: frames in order cost nothing, however many. Of more holes than
 * are kept the oldest are forgotten: what would fill one then counts as known. One thread.
 */
final class FrameRanges {
    static final int MAX_RANGES = 8_192;
    private static final int MIN_CAPACITY = 4;
    private static final long[] NONE = {};

    private long[] firsts = NONE;
    private long[] lasts = NONE;
    private int ranges;
    private long size;

    /** Adds {@code first} to {@code last}; returns how many of them were new. */
    long add(long first, long last) {
        if (last < first) {
            return 0;
        }
        int begin = firstEndingAtOrAfter(first - 1);
        int end = begin;
        long known = 0;
        while (end < ranges && firsts[end] <= last + 1) {
            known += overlap(end, first, last);
            end++;
        }
        if (begin == end) {
            insert(begin, first, last);
        } else {
            firsts[begin] = Math.min(first, firsts[begin]);
            lasts[begin] = Math.max(last, lasts[end - 1]);
            remove(begin + 1, end);
        }
        if (ranges > MAX_RANGES) {
            forgetOldest(MAX_RANGES / 4);
        }
        long added = last - first + 1 - known;
        size += added;
        return added;
    }

    /** Adds all that {@code other} holds. */
    void addAll(FrameRanges other) {
        for (int i = 0; i < other.ranges; i++) {
            add(other.firsts[i], other.lasts[i]);
        }
    }

    /** The largest number held, 0 for none. */
    long last() {
        return ranges == 0 ? 0 : lasts[ranges - 1];
    }

    /** How many numbers from {@code first} to {@code last} it holds, forgotten holes included. */
    long count(long first, long last) {
        long held = 0;
        for (int i = firstEndingAtOrAfter(first); i < ranges && firsts[i] <= last; i++) {
            held += overlap(i, first, last);
        }
        return held;
    }

    /** How many numbers of {@code other} it does not hold. */
    long missing(FrameRanges other) {
        long missing = 0;
        for (int i = 0; i < other.ranges; i++) {
            missing += other.lasts[i] - other.firsts[i] + 1 - count(other.firsts[i], other.lasts[i]);
        }
        return missing;
    }

    /** Forgets all but the newest holes, for a run of which little is expected. */
    void trim(int maxRanges) {
        if (ranges > maxRanges) {
            forgetOldest(ranges - maxRanges);
            firsts = Arrays.copyOf(firsts, ranges);
            lasts = Arrays.copyOf(lasts, ranges);
        }
    }

    /** How many frame numbers were added. */
    long size() {
        return size;
    }

    private int firstEndingAtOrAfter(long frame) {
        if (ranges > 0 && lasts[ranges - 1] < frame) {
            return ranges;
        }
        int low = 0;
        int high = Math.max(0, ranges - 1);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lasts[middle] >= frame) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private long overlap(int range, long first, long last) {
        return Math.max(0, Math.min(last, lasts[range]) - Math.max(first, firsts[range]) + 1);
    }

    private void insert(int at, long first, long last) {
        if (ranges == firsts.length) {
            firsts = Arrays.copyOf(firsts, Math.max(MIN_CAPACITY, 2 * ranges));
            lasts = Arrays.copyOf(lasts, Math.max(MIN_CAPACITY, 2 * ranges));
        }
        System.arraycopy(firsts, at, firsts, at + 1, ranges - at);
        System.arraycopy(lasts, at, lasts, at + 1, ranges - at);
        firsts[at] = first;
        lasts[at] = last;
        ranges++;
    }

    private void remove(int from, int to) {
        System.arraycopy(firsts, to, firsts, from, ranges - to);
        System.arraycopy(lasts, to, lasts, from, ranges - to);
        ranges -= to - from;
    }

    /** The oldest ranges become one. */
    private void forgetOldest(int holes) {
        lasts[0] = lasts[holes];
        remove(1, holes + 1);
    }
}
