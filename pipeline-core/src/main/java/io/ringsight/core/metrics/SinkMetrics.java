package io.ringsight.core.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What is counted and measured of one sink. Any thread may count, record and read; counting and recording allocate
 * nothing.
 */
public final class SinkMetrics {
    private static final long MAX_US = 3_600_000_000L;
    private static final int SIGNIFICANT_DIGITS = 2;

    private final String sinkName;
    private final Counters<SinkCounter> counters = new Counters<>(SinkCounter.class);
    private final ConcurrentHistogram ackLatencyUs = new ConcurrentHistogram(1, MAX_US, SIGNIFICANT_DIGITS);
    private volatile SinkState state = SinkState.CONNECTING;
    private volatile String detail = "";
    /** What failed in the sink's own threads, by the part; empty as long as all of them work. */
    private final Map<String, String> faults = new ConcurrentHashMap<>();

    private volatile long progressNs;
    private volatile long failedBefore;
    private volatile boolean hasProgress;
    private volatile long queuedMessages;
    private volatile long queuedBytes;
    private volatile long spoolMessages;
    private volatile long spoolBytes;
    private volatile long spoolOldestUtcNs;

    public SinkMetrics(String sinkName) {
        this.sinkName = sinkName;
    }

    /** The sink's name: {@code kafka:TOPIC}, {@code jsonl:PATH}. */
    public String sinkName() {
        return sinkName;
    }

    /** Counts one. */
    public void count(SinkCounter counter) {
        counters.count(counter);
    }

    /** Counts {@code n}. */
    public void count(SinkCounter counter, long n) {
        counters.count(counter, n);
    }

    /** How many so far. */
    public long value(SinkCounter counter) {
        return counters.value(counter);
    }

    /**
     * A message arrived.
     *
     * @param nowNs by the monotonic clock
     * @param offeredNs when it was offered
     * @param ofSink whether the sink itself made it: to tell of refused messages alone is no progress
     */
    public void acknowledged(long nowNs, long offeredNs, boolean ofSink) {
        recordAckLatencyNs(nowNs - offeredNs);
        if (!ofSink) {
            progressNs = nowNs;
            failedBefore = value(SinkCounter.FAILED);
            hasProgress = true;
        }
    }

    /**
     * How long no message arrived although some wait or were refused, in nanoseconds; 0 if all is well.
     *
     * @param sinceNs since when it is asked, for a sink that nothing ever left
     */
    public long stuckNs(long nowNs, long sinceNs) {
        boolean isWanted = queuedMessages > 0 || value(SinkCounter.FAILED) > failedBefore;
        return isWanted ? nowNs - (hasProgress ? progressNs : sinceNs) : 0;
    }

    /** Records the time from offered to acknowledged of one message; over an hour counts as an hour. */
    public void recordAckLatencyNs(long latencyNs) {
        ackLatencyUs.recordValue(Math.max(1, Math.min(latencyNs / 1_000, MAX_US)));
    }

    /** A copy of all times from offered to acknowledged so far, in microseconds. */
    public Histogram ackLatencyUs() {
        return ackLatencyUs.copy();
    }

    /** How the sink stands with its receiver. */
    public SinkState state() {
        return faults.isEmpty() || state == SinkState.CLOSED ? state : SinkState.FAILED;
    }

    /** What is known of the state, without secrets; empty when there is nothing to say. */
    public String detail() {
        return faults.isEmpty() || state == SinkState.CLOSED ? detail : String.join("; ", faults.values());
    }

    /** A part of the sink failed and is started again: until {@link #mended} nothing else is its state. */
    public void failed(String part, String cause) {
        faults.put(part, cause);
    }

    /** The part works again. Costs nothing when it did before. */
    public void mended(String part) {
        if (!faults.isEmpty()) {
            faults.remove(part);
        }
    }

    /** Sets {@link #state()} and {@link #detail()}. */
    public void state(SinkState state, String detail) {
        this.detail = detail;
        this.state = state;
    }

    /** Messages accepted and neither acknowledged nor given up yet: waiting, or sent and unanswered. */
    public long queuedMessages() {
        return queuedMessages;
    }

    /** Bytes of {@link #queuedMessages()}. */
    public long queuedBytes() {
        return queuedBytes;
    }

    /** Bytes the spool holds on disk; 0 without one. */
    public long spoolBytes() {
        return spoolBytes;
    }

    /** Messages the spool holds that are not acknowledged yet. */
    public long spoolMessages() {
        return spoolMessages;
    }

    /** When the oldest of {@link #spoolMessages()} was made, nanoseconds since 1970; 0 when there is none. */
    public long spoolOldestUtcNs() {
        return spoolOldestUtcNs;
    }

    /** Sets what is in the spool. */
    public void spooled(long messages, long bytes, long oldestUtcNs) {
        spoolMessages = messages;
        spoolBytes = bytes;
        spoolOldestUtcNs = oldestUtcNs;
    }

    /** Sets what is queued. */
    public void queued(long messages, long bytes) {
        queuedMessages = messages;
        queuedBytes = bytes;
    }
}
