package io.ringsight.client.verify;

import io.ringsight.client.MessageHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs of one source. Which run is old is told by the order of the topic, never by a clock: of more runs than are
 * kept apart, the one not heard of for longest is closed. One thread.
 */
final class SourceAccount {
    /** Two threads write messages of a source, so that neighbours may be a little out of order. */
    private static final long MAX_INTERLEAVED_MS = 100;

    private final String sourceId;
    private final int maxRuns;
    private final Map<String, EpochAccount> runs = new LinkedHashMap<>();
    private final Map<String, Long> heard = new HashMap<>();
    private final ClosedRuns closed;
    private final Map<Integer, TopicVerifier.Removals> removalsKnown = new HashMap<>();
    private String current = "";
    private long messages;
    private long lastPublishedMs = Millis.NEVER;
    private final Map<Integer, long[]> newestMsByPartition = new HashMap<>();
    private long longestSilenceMs;
    private long setBackMs;
    private boolean isOver;

    SourceAccount(String sourceId, int maxRuns) {
        this.sourceId = sourceId;
        this.maxRuns = maxRuns;
        closed = new ClosedRuns(sourceId);
    }

    /**
     * Adds the next message of a partition.
     *
     * @param removals of the partition so far
     * @return false if it could not be judged
     */
    boolean add(MessageHead message, int partition, TopicVerifier.Removals removals) {
        messages++;
        if (closed.contains(message.identity().streamEpoch())) {
            boolean isKnown = closed.isKnown(message);
            if (isKnown) {
                closed.addKnown(message);
            }
            lookAtSilence(message, partition, false);
            return isKnown;
        }
        EpochAccount run = runs.get(message.identity().streamEpoch());
        boolean isNew = run == null;
        if (isNew) {
            run = open(message.identity().streamEpoch());
        }
        heard.put(message.identity().streamEpoch(), messages);
        TopicVerifier.Removals known = removalsKnown.getOrDefault(partition, TopicVerifier.Removals.NONE);
        if (known.restarts() != removals.restarts()) {
            run.restart(partition);
        }
        boolean recordsRemoved = !known.equals(removals) || isNew && closed.hasForgotten();
        boolean isLater = run.add(message, partition, recordsRemoved);
        if (isLater) {
            removalsKnown.put(partition, removals);
        }
        lookAtSilence(message, partition, isLater);
        return true;
    }

    private EpochAccount open(String streamEpoch) {
        EpochAccount before = runs.get(current);
        if (before != null) {
            before.settle();
        }
        current = streamEpoch;
        EpochAccount run = new EpochAccount(sourceId, streamEpoch);
        runs.put(streamEpoch, run);
        if (runs.size() > maxRuns) {
            String oldest = runs.keySet().stream()
                    .filter(name -> !name.equals(streamEpoch))
                    .min((a, b) -> Long.compare(heard.get(a), heard.get(b)))
                    .orElseThrow();
            heard.remove(oldest);
            closed.add(runs.remove(oldest).findings());
        }
        return run;
    }

    /** What tells of something later has an earlier time: the daemon's clock was set back. A duplicate is older. */
    private void lookAtSilence(MessageHead message, int partition, boolean isLater) {
        long publishedMs = Millis.of(message.publishedAt());
        if (message.coverage().resent() || publishedMs == Millis.NEVER) {
            return;
        }
        if (isLater) {
            long[] newestMs = newestMsByPartition.computeIfAbsent(partition, any -> new long[] {publishedMs});
            if (publishedMs < newestMs[0] - MAX_INTERLEAVED_MS) {
                setBackMs += newestMs[0] - publishedMs;
                lastPublishedMs = publishedMs;
            }
            newestMs[0] = publishedMs;
        }
        if (publishedMs < lastPublishedMs) {
            return;
        }
        if (lastPublishedMs != Millis.NEVER && !isOver) {
            longestSilenceMs = Math.max(longestSilenceMs, publishedMs - lastPublishedMs);
        }
        lastPublishedMs = publishedMs;
        isOver = Reasons.WANTED_ENDS.contains(message.reason().orElse(""));
    }

    List<Findings.Epoch> epochs() {
        List<Findings.Epoch> all = new ArrayList<>();
        if (!closed.isEmpty()) {
            all.add(closed.sum());
        }
        runs.values().forEach(run -> all.add(run.findings()));
        return all;
    }

    Findings.Source source() {
        return new Findings.Source(sourceId, messages, lastPublishedMs, longestSilenceMs, setBackMs, isOver);
    }
}
