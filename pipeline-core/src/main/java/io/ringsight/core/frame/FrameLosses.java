package io.ringsight.core.frame;

/** How many frames were lost, by reason. Made once and used again; owned by one thread at a time. */
public final class FrameLosses {
    private static final GapReason[] REASONS = GapReason.values();

    private final int[] counts = new int[REASONS.length];
    private int total;

    /** Counts {@code frames} more of {@code reason}, which must be one that counts frames. */
    public void add(GapReason reason, int frames) {
        if (!reason.countsFrames()) {
            throw new IllegalArgumentException(reason + " is a span of time, not a count of frames");
        }
        counts[reason.ordinal()] += frames;
        total += frames;
    }

    /** Adds all of {@code other}. */
    public void addAll(FrameLosses other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    /** Takes all of {@code other}, which is zero afterwards. What was counted here before is replaced. */
    public void moveFrom(FrameLosses other) {
        clear();
        addAll(other);
        other.clear();
    }

    /** Frames lost for {@code reason}. */
    public int count(GapReason reason) {
        return counts[reason.ordinal()];
    }

    /** Frames lost for any reason. */
    public int total() {
        return total;
    }

    /** Back to zero. */
    public void clear() {
        java.util.Arrays.fill(counts, 0);
        total = 0;
    }
}
