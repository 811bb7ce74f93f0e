package io.ringsight.core.metrics;

/** How a sink stands with its receiver. */
public enum SinkState {
    CONNECTING("connecting", "nothing was sent yet"),
    READY("ready", "what is sent is acknowledged"),
    UNREACHABLE("unreachable", "the receiver does not answer"),
    AUTH_FAILED("auth-failed", "the receiver refused user name or password"),
    TLS_FAILED("tls-failed", "no secure connection: one side does not trust the other's certificate"),
    NOT_AUTHORIZED("not-authorized", "the user may not write there"),
    UNKNOWN_TOPIC("unknown-topic", "the topic does not exist and the broker does not make it"),
    REFUSED("refused", "the receiver refuses messages for another reason"),
    NOT_ENOUGH_REPLICAS("not-enough-replicas", "the broker takes nothing: too few replicas of the topic are in sync"),
    CLOCK_REFUSED(
            "clock-refused", "the broker refuses the messages' time: this machine's clock and the broker's differ"),
    FAILED("failed", "a part of the sink itself failed and is started again"),
    DISK_FULL("disk-full", "no space left on the disk"),
    NOT_WRITABLE("not-writable", "the file cannot be opened or written"),
    CLOSED("closed", "the sink was closed");

    private final String wireName;
    private final String sentence;

    SinkState(String wireName, String sentence) {
        this.wireName = wireName;
        this.sentence = sentence;
    }

    /** The name on pages and in metrics. */
    public String wireName() {
        return wireName;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }

    /** Whether messages wait because something is wrong that may need a person. */
    public boolean isFailure() {
        return this != CONNECTING && this != READY && this != CLOSED;
    }
}
