package io.ringsight.sources.v4l2;

/** Why a camera cannot be opened. Has no stack trace: all that counts is in the message. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;

    private CaptureException(String message, int code) {
        super(message, null, false, false);
        this.code = code;
    }

    /** What {@code message} says failed with {@code code}, a negated errno value. */
    static CaptureException of(String message, int code) {
        return new CaptureException(message, code);
    }

    /** The camera cannot do what is wanted. */
    static CaptureException unsupported(String message) {
        return new CaptureException(message, -Errno.EINVAL);
    }

    /** The negated errno value. */
    public int code() {
        return code;
    }
}
