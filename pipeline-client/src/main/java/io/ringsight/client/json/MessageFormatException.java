package io.ringsight.client.json;

/** What was read is no message of Ringsight, or of a version that cannot be read. Says what was expected and got. */
public final class MessageFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    MessageFormatException(String message) {
        super(message);
    }
}
