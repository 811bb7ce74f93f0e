package io.ringsight.core.decision;

/** What is to be done with a part, the best first. */
public enum Grade {
    /** It was seen whole, and nothing was found that matters. */
    PASS("pass"),
    /** It has a defect that can be repaired. */
    REWORK("rework"),
    /** It has a defect that cannot. */
    REJECT("reject"),
    /** Information is missing: a person must look. */
    UNKNOWN("unknown");

    private final String wireName;

    Grade(String wireName) {
        this.wireName = wireName;
    }

    /** The name in messages. */
    public String wireName() {
        return wireName;
    }

    /** The worse of the two. */
    public Grade or(Grade other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
