package io.ringsight.core.preprocess;

/** A picture that cannot be laid into the input; the next one may. */
public final class PreprocessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PreprocessException(String message) {
        super(message);
    }
}
