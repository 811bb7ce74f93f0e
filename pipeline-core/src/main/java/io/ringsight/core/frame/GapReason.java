package io.ringsight.core.frame;

/**
 * Why a frame is not in a message, or why no frames come at all.
 *
 * <p>The first kind ({@link #countsFrames()}) is counted frame by frame and stands in the {@code gaps} of the next
 * message; the second is a span of time in a gap message of its own. Of the second kind are the suspicions
 * ({@link #isSuspicion()}): frames go on and have their messages, each marked with the reason, but they may not show
 * what is before the camera now. The last two are of the first kind, counted by the sinks alone, and name
 * the gap message that counts them as well.
 */
public enum GapReason {
    OVERLOAD("overload", true, "the pipeline was busy and the source had no credit left"),
    LATE("late", true, "older than the source's deadline when its turn came"),
    CORRUPT("corrupt", true, "the decoder reported damage"),
    INFERENCE_FAILED("inference-failed", true, "preprocessing or inference of the frame failed"),
    RATE_LIMIT("rate-limit", true, "left out to keep to the source's maxFps"),

    CONNECTING("connecting", false, "not opened yet"),
    DISCONNECTED("disconnected", false, "the connection broke"),
    STALLED("stalled", false, "no frame within stallTimeoutMs"),
    TIMED_OUT("timed-out", false, "no answer when opening"),
    REFUSED("refused", false, "nobody listens there"),
    UNREACHABLE("unreachable", false, "no route, or the name is not known"),
    NOT_FOUND("not-found", false, "no such stream, device or file"),
    AUTH_FAILED("auth-failed", false, "user name or password refused"),
    TLS_FAILED("tls-failed", false, "the camera's certificate is not trusted"),
    SERVER_ERROR("server-error", false, "the camera answered with an error"),
    BUSY("busy", false, "the device is used by another process"),
    NO_PERMISSION("no-permission", false, "the device or file may not be read"),
    UNSUPPORTED("unsupported", false, "the stream cannot be decoded"),
    IO_ERROR("io-error", false, "reading failed"),
    ENDED("ended", false, "the recording is over"),
    LAGGING("lagging", false, "the line is slower than the stream: frames came later than maxLagMs"),
    STOPPED("stopped", false, "taken out of service by the operator"),
    UNKNOWN("unknown", false, "the daemon ended without a word: what was there to see is not known"),

    FROZEN("frozen", false, "the picture has not changed for frozenTimeoutMs"),
    BLACK("black", false, "the picture has been black for frozenTimeoutMs"),
    TIME_STOPPED("time-stopped", false, "frames come, but the stream's own time stands still"),
    MOVED("moved", false, "the camera was moved: zones, lines and calibration are not where they were"),

    NOT_PUBLISHED("not-published", true, "a sink had no room for the messages, or its receiver refused them"),
    SPOOL_FULL("spool-full", true, "dropped from a sink's spool, oldest first, to keep to its bounds");

    private final String wireName;
    private final boolean countsFrames;
    private final String sentence;

    GapReason(String wireName, boolean countsFrames, String sentence) {
        this.wireName = wireName;
        this.countsFrames = countsFrames;
        this.sentence = sentence;
    }

    /** The name in messages and metrics. */
    public String wireName() {
        return wireName;
    }

    /** Whether it is counted frame by frame. */
    public boolean countsFrames() {
        return countsFrames;
    }

    /** Whether frames go on, each in a message of its own, but cannot be trusted to show what is there now, or where it is. */
    public boolean isSuspicion() {
        return this == FROZEN || this == BLACK || this == TIME_STOPPED || this == MOVED;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }
}
