package io.ringsight.client.verify;

import io.ringsight.client.MessageHead;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A source's runs of which nothing more is expected: one sum of their figures, and up to where each was known, so that
 * what still comes of one is told from a new run. One thread.
 */
final class ClosedRuns {
    /** Names kept; of an older run it is not known any more that it was closed. */
    static final int MAX_NAMES = 1_024;

    private final Map<String, Long> lastFrameSeqs = new LinkedHashMap<>();
    private Findings.Epoch sum;
    private long count;

    ClosedRuns(String sourceId) {
        sum = new Findings.Epoch(sourceId, "", 0, 0, Map.of(), 0, Irregularities.NONE, Findings.OPEN);
    }

    void add(Findings.Epoch run) {
        count++;
        sum = sum.plus(run, count + " older");
        lastFrameSeqs.put(run.streamEpoch(), run.lastFrameSeq());
        if (lastFrameSeqs.size() > MAX_NAMES) {
            lastFrameSeqs.remove(lastFrameSeqs.keySet().iterator().next());
        }
    }

    boolean contains(String streamEpoch) {
        return lastFrameSeqs.containsKey(streamEpoch);
    }

    /** Whether a message of a closed run tells of frames that the run is known to have had. */
    boolean isKnown(MessageHead message) {
        return message.coverage().frameSeq()
                <= lastFrameSeqs.get(message.identity().streamEpoch());
    }

    /** A message of frames that are known: what was sent again is no duplicate, for its gap may be all that was read. */
    void addKnown(MessageHead message) {
        long healed = message.isFrame() ? 1 : 0;
        sum = message.coverage().resent()
                ? sum.with(sum.duplicates(), sum.healed() + healed)
                : sum.with(sum.duplicates() + 1, sum.healed());
    }

    /** Whether some runs are forgotten: what seems a new run may be an old one. */
    boolean hasForgotten() {
        return count > lastFrameSeqs.size();
    }

    boolean isEmpty() {
        return count == 0;
    }

    Findings.Epoch sum() {
        return sum;
    }
}
