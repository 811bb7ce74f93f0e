package io.ringsight.sinks.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Accounts for every frame from messages alone, as a consumer can who trusts nobody.
 *
 * <p>Each message covers the frames after its {@code prevFrameSeq} up to its {@code frameSeq}. What no message covers,
 * up to the highest number met, is unaccounted; so is what a message covers but does not count. An epoch may still run
 * or have ended without a word: nothing is expected after its last message. One thread.
 *
 * <p>For reading on for months, old runs of a source can be closed: their figures stay in one sum, and what still comes
 * of them counts as a duplicate.
 */
public final class TopicVerifier {
    private final int epochsOfSource;
    private final Map<String, EpochAccount> accounts = new LinkedHashMap<>();
    private final Map<String, TreeMap<String, String>> epochsBySource = new HashMap<>();
    private final Map<String, ClosedEpochs> closed = new LinkedHashMap<>();
    private long foreign;

    /** Keeps the account of each run. */
    public TopicVerifier() {
        this(Integer.MAX_VALUE);
    }

    /** Keeps the accounts of the last {@code epochsOfSource} runs of each source apart. */
    public TopicVerifier(int epochsOfSource) {
        this.epochsOfSource = epochsOfSource;
    }

    /** Adds the next message of a complete topic or file. */
    public void add(byte[] json) {
        add(json, false);
    }

    /**
     * Adds the next message.
     *
     * @param json the message, or anything else that was there
     * @param beginningLost whether what was before the first message may have been deleted by the topic's retention
     */
    public void add(byte[] json, boolean beginningLost) {
        MessageFacts message = MessageFactsReader.read(json);
        if (message == null) {
            foreign++;
            return;
        }
        ClosedEpochs old = closed.get(message.sourceId());
        if (old != null && old.contains(message.streamEpoch())) {
            old.addDuplicate();
            return;
        }
        String key = message.sourceId() + '/' + message.streamEpoch();
        EpochAccount account = accounts.get(key);
        if (account == null) {
            account = new EpochAccount(message, beginningLost);
            accounts.put(key, account);
            closeOld(message.sourceId(), message.streamEpoch(), key);
        }
        account.add(message);
    }

    private void closeOld(String sourceId, String streamEpoch, String key) {
        TreeMap<String, String> epochs = epochsBySource.computeIfAbsent(sourceId, any -> new TreeMap<>());
        epochs.put(streamEpoch, key);
        if (epochs.size() > epochsOfSource) {
            String oldest = epochs.pollFirstEntry().getValue();
            closed.computeIfAbsent(sourceId, ClosedEpochs::new)
                    .add(accounts.remove(oldest).findings());
        }
    }

    /** What was found so far. */
    public Findings findings() {
        List<Findings.Epoch> all = new ArrayList<>();
        closed.values().forEach(old -> all.add(old.sum()));
        accounts.values().forEach(account -> all.add(account.findings()));
        return new Findings(all, foreign);
    }
}
