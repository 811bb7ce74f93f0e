package io.ringsight.sinks;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.SourceId;

/**
 * One message, encoded once for all sinks. Each frame its key covers is the message's own frame or counted in
 * {@code losses}.
 *
 * @param key its name and the frames it covers
 * @param type what it tells
 * @param utcNs when it was made, nanoseconds since 1970
 * @param losses the lost frames it covers, or null when there are none
 * @param bytes the UTF-8 JSON text, never to be changed
 */
public record EncodedMessage(MessageKey key, MessageType type, long utcNs, FrameLosses losses, byte[] bytes) {
    /** The source. */
    public SourceId sourceId() {
        return key.sourceId();
    }

    /** Its name. */
    public String messageId() {
        return key.messageId();
    }

    /** {@link #utcNs()} as RFC 3339 with microseconds. */
    public String utc() {
        char[] text = new char[32];
        return new String(text, 0, JsonDigits.utc(utcNs, text));
    }
}
