package io.ringsight.core.analyse.track;

/**
 * How the objects of a source are followed.
 *
 * @param enabled whether they are at all
 * @param confident confidence from which an object may begin a track; those below only continue one
 * @param lostMs how long a track is looked for when its object is not found
 * @param confirmMs how long an object is followed before it has a track for others to see
 */
public record TrackSettings(boolean enabled, double confident, int lostMs, int confirmMs) {
    /** Objects are not followed. */
    public static final TrackSettings OFF = new TrackSettings(false, 0.5, 1_000, 100);
    /** What is used where nothing else is said. */
    public static final TrackSettings DEFAULT = new TrackSettings(true, OFF.confident, OFF.lostMs, OFF.confirmMs);

    /** The longest {@link #lostMs}: ten minutes. */
    public static final int MAX_LOST_MS = 600_000;
    /** The longest {@link #confirmMs}: a minute. */
    public static final int MAX_CONFIRM_MS = 60_000;

    public TrackSettings {
        if (!(confident >= 0 && confident <= 1) || lostMs < 1 || confirmMs < 0) {
            throw new IllegalArgumentException("confident must be 0 to 1, lostMs positive and confirmMs not negative: "
                    + confident + ", " + lostMs + ", " + confirmMs);
        }
    }
}
