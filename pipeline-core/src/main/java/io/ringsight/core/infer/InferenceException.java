package io.ringsight.core.infer;

/** Preprocessing or inference failed: of one frame or batch, or, when {@link #isFatal()}, for good. */
public final class InferenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean fatal;

    private InferenceException(String message, Throwable cause, boolean fatal) {
        super(message, cause);
        this.fatal = fatal;
    }

    /** One frame or batch failed; the next may succeed. */
    public static InferenceException ofFrame(String message, Throwable cause) {
        return new InferenceException(message, cause, false);
    }

    /** The device or the model is broken: nothing will succeed any more. */
    public static InferenceException fatal(String message, Throwable cause) {
        return new InferenceException(message, cause, true);
    }

    /** Whether the backend can never compute again. */
    public boolean isFatal() {
        return fatal;
    }
}
