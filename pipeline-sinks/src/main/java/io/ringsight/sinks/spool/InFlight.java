package io.ringsight.sinks.spool;

import java.util.Map;
import java.util.TreeMap;

/** The entries that were handed over and are not answered yet. Any thread. */
final class InFlight {
    private final TreeMap<Long, Long> utcNsByOffset = new TreeMap<>();

    synchronized void add(long offset, long utcNs) {
        utcNsByOffset.put(offset, utcNs);
    }

    /** Whether it was there. */
    synchronized boolean remove(long offset) {
        return utcNsByOffset.remove(offset) != null;
    }

    /** All entries before this offset are answered; those from {@code handedOver} on were not handed over. */
    synchronized long committed(long handedOver) {
        return utcNsByOffset.isEmpty() ? handedOver : utcNsByOffset.firstKey();
    }

    /** When the oldest was made, or 0 if there is none. */
    synchronized long oldestUtcNs() {
        Map.Entry<Long, Long> first = utcNsByOffset.firstEntry();
        return first == null ? 0 : first.getValue();
    }

    synchronized int size() {
        return utcNsByOffset.size();
    }
}
