package io.ringsight.client.verify;

import java.util.List;

/**
 * What findings mean.
 *
 * @param answer in a word
 * @param reasons why it is not {@link Answer#COMPLETE}, for people; empty when it is
 */
public record Judgement(Answer answer, List<String> reasons) {
    public Judgement {
        reasons = List.copyOf(reasons);
    }

    /** The three answers. */
    public enum Answer {
        /** Every frame is in a message or a gap, once and in order, and all that was expected is there. */
        COMPLETE("complete"),
        /** Something is missing, counted twice, out of order, or silent. */
        INCOMPLETE("incomplete"),
        /** What was read proves neither. */
        CANNOT_TELL("cannot-tell");

        private final String wireName;

        Answer(String wireName) {
            this.wireName = wireName;
        }

        /** The name in JSON and metrics. */
        public String wireName() {
            return wireName;
        }
    }

    /** Whether the answer is {@link Answer#COMPLETE}. */
    public boolean isComplete() {
        return answer == Answer.COMPLETE;
    }
}
