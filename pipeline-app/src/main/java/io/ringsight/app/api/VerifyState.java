package io.ringsight.app.api;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.Judgement;
import java.util.Map;

/**
 * How {@code ringsight verify --follow} stands.
 *
 * @param findings what was found so far
 * @param judgement what that means
 * @param notReading why the topic is not read at the moment; empty while it is
 * @param left records in the topic that are not read yet
 * @param silentMs how long each source said nothing while the topic was read; not of sources that are over
 */
public record VerifyState(
        Findings findings, Judgement judgement, String notReading, long left, Map<String, Long> silentMs) {
    public VerifyState {
        silentMs = Map.copyOf(silentMs);
    }

    /** Whether the topic's brokers answer and all that they had was read at least once. */
    public boolean isReading() {
        return notReading.isEmpty();
    }
}
