package io.ringsight.core.metrics;

import java.util.Locale;

/** The parts of a frame's way, as messages name them. All but the decoder's add up to the frame's latency. */
public enum StageTime {
    DECODE,
    QUEUE,
    PREPROCESS,
    INFER,
    POST;

    /** Its name on pages. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
