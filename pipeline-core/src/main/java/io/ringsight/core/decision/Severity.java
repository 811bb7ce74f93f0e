package io.ringsight.core.decision;

/** How much an event matters to people. */
public enum Severity {
    /** To be counted, not to be looked at. */
    INFO("info"),
    /** To be looked at soon. */
    WARNING("warning"),
    /** To be looked at now. */
    ALARM("alarm");

    private final String wireName;

    Severity(String wireName) {
        this.wireName = wireName;
    }

    /** The name in messages and configurations. */
    public String wireName() {
        return wireName;
    }
}
