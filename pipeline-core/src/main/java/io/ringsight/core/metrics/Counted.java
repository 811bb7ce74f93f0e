package io.ringsight.core.metrics;

/** A kind of event that is counted: an enum's constant, the only place that names it. */
public interface Counted {
    /** The middle of its name on the metrics page: its enum says what stands before it; {@code _total} follows. */
    String metricName();

    /** What is counted, for people. */
    String sentence();
}
