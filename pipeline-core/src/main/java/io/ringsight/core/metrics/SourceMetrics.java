package io.ringsight.core.metrics;

import io.ringsight.core.frame.GapReason;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What is counted and measured of one source. Any thread may count, record and read; counting and recording allocate
 * nothing.
 */
public final class SourceMetrics {
    private static final long MAX_US = 60_000_000L;
    private static final int SIGNIFICANT_DIGITS = 2;

    private final String sourceId;
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final ConcurrentHistogram latencyUs = new ConcurrentHistogram(1, MAX_US, SIGNIFICANT_DIGITS);
    private final ConcurrentHistogram[] stageUs = new ConcurrentHistogram[StageTime.values().length];
    private volatile String state = "connecting";
    private volatile long lastFrameNs = Long.MIN_VALUE;

    public SourceMetrics(String sourceId) {
        this.sourceId = sourceId;
        for (int i = 0; i < stageUs.length; i++) {
            stageUs[i] = new ConcurrentHistogram(1, MAX_US, SIGNIFICANT_DIGITS);
        }
    }

    /** The source's name. */
    public String sourceId() {
        return sourceId;
    }

    /** Counts one. */
    public void count(Counter counter) {
        counters.count(counter);
    }

    /** Counts {@code n}. */
    public void count(Counter counter, long n) {
        counters.count(counter, n);
    }

    /**
     * Counts {@code frames} that are in no message.
     *
     * @throws IllegalArgumentException if the pipeline loses no frames for that reason
     */
    public void lost(GapReason reason, int frames) {
        counters.count(Counter.of(reason), frames);
    }

    /** How many so far. */
    public long value(Counter counter) {
        return counters.value(counter);
    }

    /** Records the time from decoded to published of one frame; over a minute counts as a minute. */
    public void recordLatencyNs(long latencyNs) {
        record(latencyUs, latencyNs);
    }

    /** Records how long one frame was in a stage; over a minute counts as a minute. */
    public void recordStageNs(StageTime stage, long ns) {
        record(stageUs[stage.ordinal()], ns);
    }

    private static void record(ConcurrentHistogram us, long ns) {
        us.recordValue(Math.max(1, Math.min(ns / 1_000, MAX_US)));
    }

    /** A copy of all times in a stage recorded so far, in microseconds. */
    public Histogram stageUs(StageTime stage) {
        return stageUs[stage.ordinal()].copy();
    }

    /** A copy of all latencies recorded so far, in microseconds. */
    public Histogram latencyUs() {
        return latencyUs.copy();
    }

    /** {@code live}, {@code connecting} or the reason it gives no frames ({@code GapReason.wireName()}). */
    public String state() {
        return state;
    }

    /** Sets {@link #state()}. */
    public void state(String state) {
        this.state = state;
    }

    /** When the last frame was published, by the pipeline's monotonic clock; {@code Long.MIN_VALUE} before the first. */
    public long lastFrameNs() {
        return lastFrameNs;
    }

    /** Sets {@link #lastFrameNs()}. */
    public void lastFrameNs(long nowNs) {
        lastFrameNs = nowNs;
    }
}
