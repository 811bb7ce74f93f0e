package io.ringsight.core.model;

/** A model file that cannot be used: a user's mistake, told in one sentence without a stack trace. */
public final class ModelException extends Exception {
    /** The {@link #key()} of what no single key of a model YAML is to blame for. */
    public static final String FILE = "file";

    private static final long serialVersionUID = 1L;
    private final String key;

    /** About the file as a whole. */
    public ModelException(String message) {
        this(FILE, message);
    }

    /** About the file as a whole. */
    public ModelException(String message, Throwable cause) {
        super(message, cause);
        key = FILE;
    }

    /** About what the model YAML says, or should say, under {@code key}. */
    public ModelException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** The key of the model YAML to look at. */
    public String key() {
        return key;
    }
}
