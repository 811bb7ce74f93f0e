package io.ringsight.core.model;

/** A model file that cannot be used: a user's mistake, told in one sentence without a stack trace. */
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
