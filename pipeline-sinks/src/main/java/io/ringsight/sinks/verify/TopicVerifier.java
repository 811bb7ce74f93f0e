package io.ringsight.sinks.verify;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Accounts for every frame from messages alone, as a consumer can who trusts nobody.
 *
 * <p>Each message covers the frames after its {@code prevFrameSeq} up to its {@code frameSeq}. What no message covers,
 * up to the highest number met, is unaccounted; so is what a message covers but does not count. An epoch may still run
 * or have ended without a word: nothing is expected after its last message. One thread.
 */
public final class TopicVerifier {
    private final Map<String, EpochAccount> accounts = new LinkedHashMap<>();
    private long foreign;

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
        accounts.computeIfAbsent(
                        message.sourceId() + '/' + message.streamEpoch(),
                        key -> new EpochAccount(message, beginningLost))
                .add(message);
    }

    /** What was found so far. */
    public Findings findings() {
        return new Findings(
                accounts.values().stream().map(EpochAccount::findings).toList(), foreign);
    }
}
