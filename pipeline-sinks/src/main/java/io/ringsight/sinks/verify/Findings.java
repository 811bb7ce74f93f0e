package io.ringsight.sinks.verify;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a topic alone says of the frames.
 *
 * @param epochs each source in each run of the daemon, in the order they were met
 * @param foreign records that are no messages of ours
 */
public record Findings(List<Epoch> epochs, long foreign) {
    /** The end of a run that goes on, or that ended and nobody told. */
    public static final String OPEN = "open";

    public Findings {
        epochs = List.copyOf(epochs);
    }

    /**
     * The account of one source in one run of the daemon.
     *
     * @param sourceId the source
     * @param streamEpoch the run
     * @param lastFrameSeq the highest frame number met
     * @param frames frames with a message
     * @param gapFrames frames counted in gaps, by reason
     * @param before frames before the first message of a topic whose beginning was deleted
     * @param unaccounted frames neither in a message nor in a gap
     * @param duplicates messages met again
     * @param disorder messages that came after a later one of the same source
     * @param contradictions messages whose counts do not add up, or that count frames counted before
     * @param timeJumps messages whose time went back, or whose capture clock jumped over 5 s against the host's
     * @param end why nothing comes after the last message, {@link #OPEN} when it did not say so
     */
    public record Epoch(
            String sourceId,
            String streamEpoch,
            long lastFrameSeq,
            long frames,
            Map<String, Long> gapFrames,
            long before,
            long unaccounted,
            long duplicates,
            long disorder,
            long contradictions,
            long timeJumps,
            String end) {}

    /** Whether every frame is in a message or a gap, once. */
    public boolean isComplete() {
        return unaccounted() == 0 && sum(Epoch::contradictions) == 0;
    }

    /** Different sources. */
    public long sources() {
        return epochs.stream().map(Epoch::sourceId).distinct().count();
    }

    /** Frames with a message. */
    public long frames() {
        return sum(Epoch::frames);
    }

    /** Frames counted in gaps, by reason. */
    public Map<String, Long> gapFrames() {
        Map<String, Long> all = new TreeMap<>();
        epochs.forEach(epoch -> epoch.gapFrames().forEach((reason, frames) -> all.merge(reason, frames, Long::sum)));
        return all;
    }

    /** Frames neither in a message nor in a gap. */
    public long unaccounted() {
        return sum(Epoch::unaccounted);
    }

    /** Messages met again. */
    public long duplicates() {
        return sum(Epoch::duplicates);
    }

    /** Messages that came after a later one of the same source. */
    public long disorder() {
        return sum(Epoch::disorder);
    }

    /** The sum of one figure over all epochs. */
    public long sum(ToLongFunction<Epoch> figure) {
        return epochs.stream().mapToLong(figure).sum();
    }
}
