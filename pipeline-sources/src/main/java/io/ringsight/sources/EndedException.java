package io.ringsight.sources;

/** Carries an {@link Ending} out of nested calls, so that each step need not hand it on. Has no stack trace. */
final class EndedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Ending ending;
    private final int code;

    EndedException(Ending ending) {
        this(ending, 0);
    }

    /** With FFmpeg's error code. */
    EndedException(Ending ending, int code) {
        super(ending.toString(), null, false, false);
        this.ending = ending;
        this.code = code;
    }

    /** FFmpeg's error code; 0 for none. */
    int code() {
        return code;
    }

    Ending ending() {
        return ending;
    }
}
