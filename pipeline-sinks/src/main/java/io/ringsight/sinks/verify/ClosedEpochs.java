package io.ringsight.sinks.verify;

import java.util.Map;
import java.util.TreeMap;

/** The sum of a source's old runs, of which nothing more is expected. Runs are named in the order of time. */
final class ClosedEpochs {
    private final String sourceId;
    private Findings.Epoch sum;
    private String last = "";
    private long count;

    ClosedEpochs(String sourceId) {
        this.sourceId = sourceId;
        sum = new Findings.Epoch(sourceId, "", 0, 0, Map.of(), 0, 0, 0, 0, 0, 0, Findings.OPEN);
    }

    void add(Findings.Epoch epoch) {
        Map<String, Long> gapFrames = new TreeMap<>(sum.gapFrames());
        epoch.gapFrames().forEach((reason, frames) -> gapFrames.merge(reason, frames, Long::sum));
        last = epoch.streamEpoch().compareTo(last) > 0 ? epoch.streamEpoch() : last;
        count++;
        sum = new Findings.Epoch(
                sourceId,
                count + " older",
                sum.lastFrameSeq() + epoch.lastFrameSeq(),
                sum.frames() + epoch.frames(),
                gapFrames,
                sum.before() + epoch.before(),
                sum.unaccounted() + epoch.unaccounted(),
                sum.duplicates() + epoch.duplicates(),
                sum.disorder() + epoch.disorder(),
                sum.contradictions() + epoch.contradictions(),
                sum.timeJumps() + epoch.timeJumps(),
                epoch.end());
    }

    boolean contains(String streamEpoch) {
        return streamEpoch.compareTo(last) <= 0;
    }

    void addDuplicate() {
        sum = new Findings.Epoch(
                sum.sourceId(),
                sum.streamEpoch(),
                sum.lastFrameSeq(),
                sum.frames(),
                sum.gapFrames(),
                sum.before(),
                sum.unaccounted(),
                sum.duplicates() + 1,
                sum.disorder(),
                sum.contradictions(),
                sum.timeJumps(),
                sum.end());
    }

    Findings.Epoch sum() {
        return sum;
    }
}
