package io.ringsight.core.metrics;

/**
 * Every event that is counted for each sink. The only list of them: metrics page, summaries and tests read it.
 *
 * <p>At any moment {@code offered + gaps_added + spool_found = acknowledged + failed + unknown + dropped_queue_full +
 * spool_dropped_bytes + spool_dropped_age + spool_damaged + queued}, where queued is
 * {@link SinkMetrics#queuedMessages()}: no message is left out.
 */
public enum SinkCounter implements Counted {
    OFFERED("offered", "Messages the pipeline handed to the sink."),
    GAPS_ADDED("gaps_added", "Gap messages that the sink itself put between the others."),
    ACKNOWLEDGED("acknowledged", "Messages the receiver confirmed, or that were written."),
    FAILED("failed", "Messages that were refused for good, or never sent before the sink closed."),
    UNKNOWN("unknown", "Messages sent, but neither confirmed nor refused when the sink closed: they may have arrived."),
    DROPPED_QUEUE_FULL("dropped_queue_full", "Messages dropped because the sink's queue had no room."),
    RETRIES("retries", "Times a message or a write was tried again."),
    RESTARTS("restarts", "Times the sink reopened its connection or file after a failure."),
    ERRORS("errors", "Times a part of the sink itself failed (out of memory, a missing class) and was started again."),
    ACKNOWLEDGED_BYTES("acknowledged_bytes", "Bytes of the acknowledged messages."),
    SPOOL_FOUND("spool_found", "Messages of an earlier run found in the spool at the start."),
    SPOOLED("spooled", "Messages written to the spool on disk."),
    REPLAYED("replayed", "Messages read back from the spool on disk to be sent."),
    SPOOL_DROPPED_BYTES("spool_dropped_bytes", "Messages dropped from the spool because it held its maxBytes."),
    SPOOL_DROPPED_AGE("spool_dropped_age", "Messages dropped from the spool because they were older than its maxAge."),
    SPOOL_DAMAGED("spool_damaged", "Messages in the spool that could not be read back: the disk damaged them."),
    DEAD_LETTERS("dead_letters", "Messages the receiver will never take, set aside in the dead-letter file."),
    DEAD_LETTERS_DROPPED(
            "dead_letters_dropped",
            "Dead letters dropped because their file was full, and not sent again before; their frames stay in gaps."),
    DISK_ERRORS("disk_errors", "Times the spool or the dead-letter file could not be written or read."),
    TRIGGERS_MISSED("triggers_missed", "Triggers of a controller (Modbus) by which no part could be announced.");

    private final String metricName;
    private final String sentence;

    SinkCounter(String metricName, String sentence) {
        this.metricName = metricName;
        this.sentence = sentence;
    }

    /** After {@code ringsight_sink_}. */
    @Override
    public String metricName() {
        return metricName;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
