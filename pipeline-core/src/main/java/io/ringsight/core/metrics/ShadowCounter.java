package io.ringsight.core.metrics;

/** Every event that is counted for the shadow model. The only list of them: metrics page, summary and tests read it. */
public enum ShadowCounter implements Counted {
    FRAMES_COMPARED("frames_compared", "Frames that the shadow model computed, too, and whose objects were compared."),
    FRAMES_DROPPED(
            "frames_dropped",
            "Frames drawn for the shadow model and left out because it was still at work on one before."),
    FRAMES_FAILED("frames_failed", "Frames that the shadow model could not compute; they were published all the same.");

    private final String metricName;
    private final String sentence;

    ShadowCounter(String metricName, String sentence) {
        this.metricName = metricName;
        this.sentence = sentence;
    }

    /** After {@code ringsight_shadow_}. */
    @Override
    public String metricName() {
        return metricName;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
