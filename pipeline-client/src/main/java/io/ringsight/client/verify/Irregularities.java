package io.ringsight.client.verify;

/**
 * What is not as it should be in the account of one source.
 *
 * @param unaccounted frames neither in a message nor in a gap
 * @param duplicates messages met again
 * @param disorder messages behind a later one of the same source and partition
 * @param lateGaps gap messages of a sink that could not keep their place, and so came later than they belong
 * @param healed frames counted in a gap whose message was sent again later: they are in {@link Findings.Epoch#frames}, too
 * @param contradictions messages whose counts do not add up, or that count frames counted before
 * @param timeJumps messages whose time went back, or whose capture clock jumped over 5 s against the host's
 */
public record Irregularities(
        long unaccounted,
        long duplicates,
        long disorder,
        long lateGaps,
        long healed,
        long contradictions,
        long timeJumps) {
    /** Nothing. */
    static final Irregularities NONE = new Irregularities(0, 0, 0, 0, 0, 0, 0);

    Irregularities plus(Irregularities other) {
        return new Irregularities(
                unaccounted + other.unaccounted,
                duplicates + other.duplicates,
                disorder + other.disorder,
                lateGaps + other.lateGaps,
                healed + other.healed,
                contradictions + other.contradictions,
                timeJumps + other.timeJumps);
    }

    Irregularities with(long duplicates, long healed) {
        return new Irregularities(unaccounted, duplicates, disorder, lateGaps, healed, contradictions, timeJumps);
    }
}
