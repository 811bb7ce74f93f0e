package io.ringsight.app.config.tls;

/** A certificate or its key cannot be used; the message says what was expected and what to do, and holds no secret. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofKey;

    TlsException(boolean ofKey, String message) {
        super(message);
        this.ofKey = ofKey;
    }

    /** Whether the key's file is wrong, and not the certificate's. */
    public boolean isOfKey() {
        return ofKey;
    }
}
