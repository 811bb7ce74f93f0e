package io.ringsight.client.verify;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a topic alone says of the frames.
 *
 * @param epochs each source in each run of the daemon: by source, in the order they were met
 * @param bySource when each source spoke, in the order they were met
 * @param foreign records that are no messages of ours
 * @param unjudged messages of runs closed long ago, or of more sources than are followed
 * @param others messages that account for no frames, such as events
 */
public record Findings(List<Epoch> epochs, List<Source> bySource, long foreign, long unjudged, long others) {
    /** The end of a run that goes on, or that ended and nobody told. */
    public static final String OPEN = "open";

    public Findings {
        epochs = List.copyOf(epochs);
        bySource = List.copyOf(bySource);
    }

    /**
     * When a source spoke, by the times in its messages.
     *
     * @param sourceId the source
     * @param messages how many were read
     * @param lastPublishedMs when the newest message was made, milliseconds since 1970; 0: not known
     * @param longestSilenceMs the longest time between two messages in a row
     * @param setBackMs by how much its times went back in all: a silence may have been longer by this
     * @param isOver whether the last message said that nothing more comes
     */
    public record Source(
            String sourceId,
            long messages,
            long lastPublishedMs,
            long longestSilenceMs,
            long setBackMs,
            boolean isOver) {}

    /**
     * The account of one source in one run of the daemon.
     *
     * @param sourceId the source
     * @param streamEpoch the run
     * @param lastFrameSeq the highest frame number met
     * @param frames frames with a message
     * @param gapFrames frames counted in gaps, by reason
     * @param before frames told of in records that the topic no longer holds, or that are older than what was read
     * @param irregular what is not as it should be
     * @param end why nothing comes after the last message, {@link #OPEN} when it did not say so
     */
    public record Epoch(
            String sourceId,
            String streamEpoch,
            long lastFrameSeq,
            long frames,
            Map<String, Long> gapFrames,
            long before,
            Irregularities irregular,
            String end) {
        public Epoch {
            gapFrames = Map.copyOf(gapFrames);
        }

        /** See {@link Irregularities}. */
        public long unaccounted() {
            return irregular.unaccounted();
        }

        /** See {@link Irregularities}. */
        public long duplicates() {
            return irregular.duplicates();
        }

        /** See {@link Irregularities}. */
        public long disorder() {
            return irregular.disorder();
        }

        /** See {@link Irregularities}. */
        public long lateGaps() {
            return irregular.lateGaps();
        }

        /** See {@link Irregularities}. */
        public long healed() {
            return irregular.healed();
        }

        /** See {@link Irregularities}. */
        public long contradictions() {
            return irregular.contradictions();
        }

        /** See {@link Irregularities}. */
        public long timeJumps() {
            return irregular.timeJumps();
        }

        /** Both together, under another name. */
        Epoch plus(Epoch other, String name) {
            Map<String, Long> reasons = new TreeMap<>(gapFrames);
            other.gapFrames.forEach((reason, lost) -> reasons.merge(reason, lost, Long::sum));
            return new Epoch(
                    sourceId,
                    name,
                    lastFrameSeq + other.lastFrameSeq,
                    frames + other.frames,
                    reasons,
                    before + other.before,
                    irregular.plus(other.irregular),
                    other.end);
        }

        Epoch with(long duplicates, long healed) {
            Irregularities now = irregular.with(duplicates, healed);
            return new Epoch(sourceId, streamEpoch, lastFrameSeq, frames, gapFrames, before, now, end);
        }
    }

    /** Whether every frame is in a message or a gap, once. Says nothing of order: {@link Expectations} does. */
    public boolean isComplete() {
        return unaccounted() == 0 && sum(Epoch::contradictions) == 0;
    }

    /** Different sources. */
    public long sources() {
        return bySource.size();
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

    /** Messages behind a later one of the same source and partition. */
    public long disorder() {
        return sum(Epoch::disorder);
    }

    /** The sum of one figure over all epochs. */
    public long sum(ToLongFunction<Epoch> figure) {
        return epochs.stream().mapToLong(figure).sum();
    }
}
