package io.ringsight.core.metrics;

/**
 * Every event that is counted for what computes. The only list of them: metrics page and tests read it.
 */
public enum BackendCounter implements Counted {
    ENGINES_BUILT("engines_built", "TensorRT engines built because none in the cache would do."),
    ENGINES_REFUSED("engines_refused", "Cached TensorRT engines that were stale, damaged or refused, and rebuilt."),
    GRAPHS_OFF("graphs_off", "Times a lane gave up CUDA graphs because recording or starting one failed."),
    SWITCHES_TO_GPU("switches_to_gpu", "Times work moved from the CPU to the GPU."),
    MODELS_REPLACED("models_replaced", "Times a reload put another model, or another device for it, to work."),
    FALLBACKS_TO_CPU("fallbacks_to_cpu", "Times the GPU could not be used, or no more, and the CPU computes."),
    STAGING_GROWN("staging_grown", "Times a lane's buffers were made larger for a larger picture.");

    private final String metricName;
    private final String sentence;

    BackendCounter(String metricName, String sentence) {
        this.metricName = metricName;
        this.sentence = sentence;
    }

    /** After {@code ringsight_backend_}. */
    @Override
    public String metricName() {
        return metricName;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
