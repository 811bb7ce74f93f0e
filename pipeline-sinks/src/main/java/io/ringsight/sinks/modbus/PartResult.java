package io.ringsight.sinks.modbus;

import io.ringsight.client.VerdictMessage;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;

/**
 * A verdict in numbers.
 *
 * @param messageId which one it is
 * @param partId the part's
 * @param code 0: none, 1: pass, 2: rework, 3: reject, 4: unknown
 * @param defects how many were found
 * @param reasons why it is unknown: a bit for each {@link Doubt}, in its order from bit 0
 */
record PartResult(String messageId, String partId, int code, int defects, int reasons) {
    /** Before the first. */
    static final PartResult NONE = new PartResult("", "", 0, 0, 0);

    private static final int UNKNOWN = 4;

    /** Of a verdict; a grade that is not known here is unknown. */
    static PartResult of(VerdictMessage verdict) {
        int code = UNKNOWN;
        for (Grade grade : Grade.values()) {
            if (grade.wireName().equals(verdict.judgement().grade())) {
                code = grade.ordinal() + 1;
            }
        }
        int reasons = 0;
        for (Doubt doubt : Doubt.values()) {
            if (verdict.judgement().reasons().contains(doubt.wireName())) {
                reasons |= 1 << doubt.ordinal();
            }
        }
        return new PartResult(
                verdict.identity().messageId(),
                verdict.part().id(),
                code,
                verdict.defects().size(),
                reasons);
    }
}
