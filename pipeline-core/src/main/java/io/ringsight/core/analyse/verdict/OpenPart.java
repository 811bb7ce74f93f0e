package io.ringsight.core.analyse.verdict;

/**
 * A part that is not judged yet.
 *
 * @param announcement what was said of it
 * @param fromUtcNs beginning of its window
 * @param toUtcNs end of its window
 * @param announcedUtcNs when its announcement arrived
 * @param announcedNs the same, by the monotonic clock
 * @param deadlineNs when its verdict must be out, by the monotonic clock
 */
record OpenPart(
        Announcement announcement,
        long fromUtcNs,
        long toUtcNs,
        long announcedUtcNs,
        long announcedNs,
        long deadlineNs) {
    /** Whether a moment between the two may be in the window. */
    boolean meets(long earliestNs, long latestNs) {
        return earliestNs <= toUtcNs && latestNs >= fromUtcNs;
    }

    /** Whether every moment between the two is in the window. */
    boolean holds(long earliestNs, long latestNs) {
        return earliestNs >= fromUtcNs && latestNs <= toUtcNs;
    }
}
