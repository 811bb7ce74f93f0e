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
    private final String sourceId;
    private final int maxRuns;
    private final Map<String, EpochAccount> runs = new LinkedHashMap<>();
    private final Map<String, Long> heard = new HashMap<>();
    private final ClosedRuns closed;
    private final Map<Integer, TopicVerifier.Removals> removalsKnown = new HashMap<>();
    private String current = "";
    private long messages;
    private long lastPublishedMs = Millis.NEVER;
    private long longestSilenceMs;
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
        if (!message.coverage().resent()) {
            lookAtSilence(message);
        }
        if (closed.contains(message.identity().streamEpoch())) {
            boolean isKnown = closed.isKnown(message);
            if (isKnown) {
                closed.addKnown(message);
            }
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
        if (run.add(message, partition, recordsRemoved)) {
            removalsKnown.put(partition, removals);
        }
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

    private void lookAtSilence(MessageHead message) {
        long publishedMs = Millis.of(message.publishedAt());
        if (publishedMs < lastPublishedMs || publishedMs == Millis.NEVER) {
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
        return new Findings.Source(sourceId, messages, lastPublishedMs, longestSilenceMs, isOver);
    }
}
