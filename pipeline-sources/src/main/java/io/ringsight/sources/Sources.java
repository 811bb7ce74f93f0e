package io.ringsight.sources;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.synthetic.SyntheticSource;
import java.util.Map;
import java.util.function.Consumer;

/** Makes sources. */
public final class Sources {
    /** Pictures a source has unless the caller says otherwise. */
    public static final int DEFAULT_PICTURES = 12;

    private Sources() {}

    /** As {@link #open(SourceSpec, Clock, int)} with {@link #DEFAULT_PICTURES}. */
    public static Source open(SourceSpec spec, Clock clock) {
        return open(spec, clock, DEFAULT_PICTURES);
    }

    /** As {@link #open(SourceSpec, Clock, int, Decoding)}, decoded by the processor. */
    public static Source open(SourceSpec spec, Clock clock, int pictures) {
        return open(spec, clock, pictures, Decoding.ON_CPU);
    }

    /**
     * Makes the source of {@code spec}, which touches no camera before it is run.
     *
     * @param pictures how many pictures it has: the credits of its intake, plus those that sinks may hold at a time,
     *     plus two. A camera without a free picture loses the frame as {@code overload}, a recording waits.
     * @param decoding who decodes; drawings are not decoded
     */
    public static Source open(SourceSpec spec, Clock clock, int pictures, Decoding decoding) {
        if (spec instanceof SourceSpec.Synthetic synthetic) {
            return new SyntheticSource(synthetic, clock, pictures);
        }
        return new FfmpegSource(spec, clock, pictures, decoding);
    }

    /**
     * Checks what can be checked without opening the source: whether FFmpeg knows the options by name.
     *
     * @throws SourceSpecException for key {@code options} naming the first that it does not know
     */
    public static void checkOptions(SourceSpec spec) {
        for (String name : optionsOf(spec).keySet()) {
            if (!Options.isKnown(name)) {
                throw new SourceSpecException("options", "FFmpeg has no option '" + name + "'");
            }
        }
    }

    private static Map<String, String> optionsOf(SourceSpec spec) {
        if (spec instanceof SourceSpec.Rtsp rtsp) {
            return rtsp.options();
        }
        if (spec instanceof SourceSpec.V4l2 v4l2) {
            return v4l2.options();
        }
        return spec instanceof SourceSpec.Recording recording ? recording.options() : Map.of();
    }

    /**
     * Opens a source once and looks at its first pictures. Blocks: for the source's own time-outs, and then until a
     * second's worth of pictures with a known capture clock came, or {@code limitMs} after the first picture.
     *
     * @param onFirst is shown the first picture, valid during the call
     */
    public static ProbeReport probe(SourceSpec spec, Clock clock, long limitMs, Consumer<Picture> onFirst)
            throws InterruptedException {
        try (Source source = open(spec, clock)) {
            return new Probe(source, clock, limitMs, onFirst).look(spec.uri());
        }
    }
}
