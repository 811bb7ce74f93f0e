package io.ringsight.sources;

import io.ringsight.core.time.Clock;
import io.ringsight.sources.synthetic.SyntheticSource;

/** Makes sources. */
public final class Sources {
    /** Pictures a source has unless the caller says otherwise. */
    public static final int DEFAULT_PICTURES = 12;

    private Sources() {}

    /** As {@link #open(SourceSpec, Clock, int)} with {@link #DEFAULT_PICTURES}. */
    public static Source open(SourceSpec spec, Clock clock) {
        return open(spec, clock, DEFAULT_PICTURES);
    }

    /**
     * Makes the source of {@code spec}, which touches no camera before it is run.
     *
     * @param pictures how many pictures it has: the credits of its intake, plus those that sinks may hold at a time,
     *     plus two. A camera without a free picture loses the frame as {@code overload}, a recording waits.
     */
    public static Source open(SourceSpec spec, Clock clock, int pictures) {
        if (spec instanceof SourceSpec.Synthetic synthetic) {
            return new SyntheticSource(synthetic, clock, pictures);
        }
        return new FfmpegSource(spec, clock, pictures);
    }
}
