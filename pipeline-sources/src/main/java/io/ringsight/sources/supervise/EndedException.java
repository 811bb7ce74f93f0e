package io.ringsight.sources.supervise;

/** Carries an {@link Ending} out of nested calls, so that each step need not hand it on. Has no stack trace. */
public final class EndedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Ending ending;
    private final int code;

    public EndedException(Ending ending) {
        this(ending, 0);
    }

    /** With FFmpeg's error code. */
    public EndedException(Ending ending, int code) {
        super(ending.toString(), null, false, false);
        this.ending = ending;
        this.code = code;
    }

    /** FFmpeg's error code; 0 for none. */
    public int code() {
        return code;
    }

    public Ending ending() {
        return ending;
    }
}
