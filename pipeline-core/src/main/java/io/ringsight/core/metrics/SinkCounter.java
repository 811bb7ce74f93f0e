package io.ringsight.core.metrics;

/**
 * Every event that is counted for each sink. The only list of them: metrics page, summaries and tests read it.
 *
 * <p>At any moment {@code offered + gaps_added = acknowledged + failed + unknown + dropped_queue_full + queued}, where
 * queued is {@link SinkMetrics#queuedMessages()}: no message is left out.
 */
public enum SinkCounter {
    OFFERED("offered", "Messages the pipeline handed to the sink."),
    GAPS_ADDED("gaps_added", "Gap messages of reason not-published that the sink itself put between the others."),
    ACKNOWLEDGED("acknowledged", "Messages the receiver confirmed, or that were written."),
    FAILED("failed", "Messages that were refused for good, or never sent before the sink closed."),
    UNKNOWN("unknown", "Messages sent, but neither confirmed nor refused when the sink closed: they may have arrived."),
    DROPPED_QUEUE_FULL("dropped_queue_full", "Messages dropped because the sink's queue had no room."),
    RETRIES("retries", "Times a message or a write was tried again."),
    RESTARTS("restarts", "Times the sink opened its connection or file anew after a failure."),
    ACKNOWLEDGED_BYTES("acknowledged_bytes", "Bytes of the acknowledged messages.");

    private final String metricName;
    private final String sentence;

    SinkCounter(String metricName, String sentence) {
        this.metricName = metricName;
        this.sentence = sentence;
    }

    /** Name on the metrics page, without prefix {@code ringsight_sink_} and suffix {@code _total}. */
    public String metricName() {
        return metricName;
    }

    /** What is counted, for people. */
    public String sentence() {
        return sentence;
    }
}
