package io.ringsight.sinks;

/** Looks at every message that is handed to the sinks. Called by the Publish thread: it must be quick and not throw. */
public interface MessageWatcher {
    /** Looks at none. */
    MessageWatcher NONE = (message, objects) -> {};

    /**
     * One message.
     *
     * @param objects how many objects it holds; 0 for a gap
     */
    void saw(EncodedMessage message, int objects);

    /** Both look at each, this one first. */
    default MessageWatcher and(MessageWatcher other) {
        return (message, objects) -> {
            saw(message, objects);
            other.saw(message, objects);
        };
    }
}
