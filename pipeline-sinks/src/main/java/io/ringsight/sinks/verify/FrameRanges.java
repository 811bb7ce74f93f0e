package io.ringsight.sinks.verify;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of frame numbers, kept as ranges: frames in order cost nothing, however many. Of more holes than are kept the
 * oldest are forgotten: what would fill one then counts as known.
 */
final class FrameRanges {
    private static final int MOST_RANGES = 10_000;

    private final TreeMap<Long, Long> lastByFirst = new TreeMap<>();
    private long size;

    /** Adds {@code first} to {@code last}; returns how many of them were new. */
    long add(long first, long last) {
        if (last < first) {
            return 0;
        }
        long from = first;
        long to = last;
        long known = 0;
        Map.Entry<Long, Long> range = lastByFirst.floorEntry(to + 1);
        while (range != null && range.getValue() >= from - 1) {
            known += overlap(range, first, last);
            from = Math.min(from, range.getKey());
            to = Math.max(to, range.getValue());
            lastByFirst.remove(range.getKey());
            range = lastByFirst.floorEntry(to + 1);
        }
        lastByFirst.put(from, to);
        if (lastByFirst.size() > MOST_RANGES) {
            Map.Entry<Long, Long> oldest = lastByFirst.pollFirstEntry();
            Map.Entry<Long, Long> second = lastByFirst.pollFirstEntry();
            lastByFirst.put(oldest.getKey(), second.getValue());
        }
        long added = last - first + 1 - known;
        size += added;
        return added;
    }

    private static long overlap(Map.Entry<Long, Long> range, long first, long last) {
        return Math.max(0, Math.min(last, range.getValue()) - Math.max(first, range.getKey()) + 1);
    }

    boolean contains(long frame) {
        Map.Entry<Long, Long> range = lastByFirst.floorEntry(frame);
        return range != null && range.getValue() >= frame;
    }

    /** How many frame numbers it holds. */
    long size() {
        return size;
    }
}
