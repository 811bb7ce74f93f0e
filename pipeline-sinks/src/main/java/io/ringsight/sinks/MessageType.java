package io.ringsight.sinks;

/** What a message tells. */
public enum MessageType {
    /** One analysed frame. */
    FRAME("frame"),
    /** No frames came, or their messages were lost on the way. */
    GAP("gap");

    private final String wireName;

    MessageType(String wireName) {
        this.wireName = wireName;
    }

    /** The name in messages. */
    public String wireName() {
        return wireName;
    }
}
