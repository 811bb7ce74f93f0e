package io.ringsight.client.verify;

import io.ringsight.client.Message;
import io.ringsight.client.MessageHead;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Accounts for every frame from messages alone, as a consumer can who trusts nobody.
 *
 * <p>Each message covers the frames after its {@code prevFrameSeq} up to its {@code frameSeq}. What no message covers,
 * up to the highest number met, is unaccounted; so is what a message covers but does not count. An epoch may still run
 * or have ended without a word: nothing is expected after its last message. One thread.
 *
 * <p>Memory is bounded by the number of sources and runs kept apart: older runs of a source stay as one sum. Order is
 * judged within a partition; the order in which partitions are read does not matter.
 */
public final class TopicVerifier {
    /** Sources followed; messages of further ones are counted as not judged. */
    public static final int MAX_SOURCES = 4_096;

    private final int maxRuns;
    private final Map<String, SourceAccount> sources = new LinkedHashMap<>();
    private final Map<Integer, Removals> removals = new HashMap<>();
    private long foreign;
    private long unjudged;
    private long others;

    /** Keeps the account of each run. */
    public TopicVerifier() {
        this(Integer.MAX_VALUE);
    }

    /** Keeps the accounts of the last {@code maxRuns} runs of each source apart. */
    public TopicVerifier(int maxRuns) {
        this.maxRuns = maxRuns;
    }

    /** Adds the next message of a file, or of a topic's first partition. */
    public void add(byte[] json) {
        add(0, json);
    }

    /**
     * Adds the next record of a partition.
     *
     * @param json the message, or anything else that was there; null for a record without a value
     */
    public void add(int partition, byte[] json) {
        try {
            if (json == null) {
                foreign++;
            } else {
                add(partition, MessageReader.readHead(json));
            }
        } catch (MessageFormatException expected) {
            // somebody else's
            foreign++;
        }
    }

    /**
     * Adds the next message of a partition, for consumers that have read it already.
     *
     * @param message null for a record without a value
     */
    public void add(int partition, Message message) {
        if (message == null) {
            foreign++;
            return;
        }
        Optional<MessageHead> head = MessageHead.of(message);
        if (head.isPresent()) {
            add(partition, head.get());
        } else {
            others++;
        }
    }

    private void add(int partition, MessageHead message) {
        if (!message.accountsForFrames()) {
            others++;
            return;
        }
        String sourceId = message.identity().sourceId();
        SourceAccount source = sources.get(sourceId);
        if (source == null && sources.size() < MAX_SOURCES) {
            source = new SourceAccount(sourceId, maxRuns);
            sources.put(sourceId, source);
        }
        if (source == null || !source.add(message, partition, removals.getOrDefault(partition, Removals.NONE))) {
            unjudged++;
        }
    }

    /**
     * Records of the partition before the next one were removed unread, by retention or with the whole topic: what they
     * told is counted apart.
     */
    public void removed(int partition) {
        removals.compute(partition, (any, known) -> (known == null ? Removals.NONE : known).and(1, 0));
    }

    /** As {@link #removed}, but the partition begins again: its next record may be older than those read before. */
    public void restarted(int partition) {
        removals.compute(partition, (any, known) -> (known == null ? Removals.NONE : known).and(1, 1));
    }

    /** How often records of a partition were removed unread, and how often it began again. */
    record Removals(long count, long restarts) {
        static final Removals NONE = new Removals(0, 0);

        Removals and(long removed, long restarted) {
            return new Removals(count + removed, restarts + restarted);
        }
    }

    /** What was found so far. */
    public Findings findings() {
        List<Findings.Epoch> epochs = new ArrayList<>();
        List<Findings.Source> bySource = new ArrayList<>();
        sources.values().forEach(source -> {
            epochs.addAll(source.epochs());
            bySource.add(source.source());
        });
        return new Findings(epochs, bySource, foreign, unjudged, others);
    }
}
