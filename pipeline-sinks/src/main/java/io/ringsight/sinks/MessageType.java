package io.ringsight.sinks;

/** What a message tells. */
public enum MessageType {
    /** One analysed frame. */
    FRAME("frame"),
    /** No frames came, or their messages were lost on the way. */
    GAP("gap"),
    /** Something happened. */
    EVENT("event"),
    /** What becomes of a part. */
    VERDICT("verdict"),
    /** What passed lines and was in zones within a span of time. */
    SUMMARY("summary");

    private final String wireName;

    MessageType(String wireName) {
        this.wireName = wireName;
    }

    /** The name in messages. */
    public String wireName() {
        return wireName;
    }

    /** Whether it tells of frames: only such messages are accounted for. */
    public boolean coversFrames() {
        return this == FRAME || this == GAP;
    }

    /**
     * The type of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static MessageType of(String wireName) {
        for (MessageType type : values()) {
            if (type.wireName.equals(wireName)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no type of messages: " + wireName);
    }
}
