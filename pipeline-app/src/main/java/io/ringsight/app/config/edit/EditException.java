package io.ringsight.app.config.edit;

/** A change of the configuration that cannot be made; the message says why, for who asked. */
public final class EditException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /** What is to be changed is not there. */
        NOT_FOUND,
        /** It contradicts what is there. */
        CONFLICT
    }

    private final Kind kind;

    EditException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static EditException conflict(String message) {
        return new EditException(Kind.CONFLICT, message);
    }

    public Kind kind() {
        return kind;
    }
}
