package io.ringsight.sources;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.ffmpeg.FfmpegSource;
import io.ringsight.sources.libav.Options;
import io.ringsight.sources.network.HostNames;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import io.ringsight.sources.spec.SyntheticSettings;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.synthetic.SyntheticSource;
import io.ringsight.sources.v4l2.V4l2Settings;
import java.util.Map;
import java.util.Optional;
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

    /** As {@link #open(SourceSpec, Clock, int, Decoding)}, decoded by the CPU. */
    public static Source open(SourceSpec spec, Clock clock, int pictures) {
        return open(spec, clock, pictures, Decoding.ON_CPU);
    }

    /** As {@link #open(SourceSpec, Clock, int, Decoding, Optional)}, of which no video is kept. */
    public static Source open(SourceSpec spec, Clock clock, int pictures, Decoding decoding) {
        return open(spec, clock, pictures, decoding, Optional.empty());
    }

    /**
     * Makes the source of {@code spec}, which touches no camera before it is run.
     *
     * @param pictures how many pictures it has: the credits of its intake, plus those that sinks may hold at a time,
     *     plus two. A camera without a free picture loses the frame as {@code overload}, a recording waits.
     * @param decoding who decodes; drawings are not decoded
     * @param kept how much of its video is kept for clips, if any; what has no {@link #hasVideo video} keeps none
     */
    public static Source open(
            SourceSpec spec, Clock clock, int pictures, Decoding decoding, Optional<RecentVideo.Limits> kept) {
        if (spec instanceof SourceSpec.Synthetic synthetic) {
            return new SyntheticSource(synthetic, clock, pictures);
        }
        Optional<RecentVideo.Limits> video = hasVideo(spec) ? kept : Optional.empty();
        return new FfmpegSource(spec, clock, pictures, decoding, video, HostNames.system());
    }

    /** Whether it comes as video, of which clips can be cut as it is; drawings and V4L2 cameras come picture by picture. */
    public static boolean hasVideo(SourceSpec spec) {
        return !(spec instanceof SourceSpec.Synthetic) && !(spec instanceof SourceSpec.V4l2);
    }

    /** Whether a source of {@code spec} may be made to wait, so that nothing is lost: what {@link Source#lossless} will say. */
    public static boolean isLossless(SourceSpec spec) {
        return spec instanceof SourceSpec.Recording
                || spec instanceof SourceSpec.Synthetic synthetic
                        && !SyntheticSettings.of(synthetic).paced();
    }

    /**
     * Checks what can be checked without opening the source: whether FFmpeg knows the protocol and the options by name,
     * and whether a camera that FFmpeg does not read takes them.
     *
     * @throws SourceSpecException for key {@code uri} or {@code options}, naming the first that it does not know
     */
    public static void checkOptions(SourceSpec spec) {
        if (spec instanceof SourceSpec.Stream stream && !Options.isProtocol(stream.scheme())) {
            throw new SourceSpecException(
                    "uri", "this build of FFmpeg cannot read " + stream.scheme() + "://; use another protocol");
        }
        for (String name : optionsOf(spec).keySet()) {
            if (spec instanceof SourceSpec.V4l2) {
                if (!V4l2Settings.takes(name)) {
                    throw new SourceSpecException("options", V4l2Settings.refusal(name));
                }
            } else if (!Options.isKnown(name)) {
                throw new SourceSpecException("options", "FFmpeg has no option '" + name + "'");
            }
        }
    }

    private static Map<String, String> optionsOf(SourceSpec spec) {
        if (spec instanceof SourceSpec.Network network) {
            return network.options();
        }
        if (spec instanceof SourceSpec.V4l2 v4l2) {
            return v4l2.options();
        }
        return spec instanceof SourceSpec.Recording recording ? recording.options() : Map.of();
    }

    /** As below, decoded by the CPU. */
    public static ProbeReport probe(SourceSpec spec, Clock clock, long limitMs, Consumer<Picture> onFirst)
            throws InterruptedException {
        return probe(spec, clock, limitMs, onFirst, Decoding.ON_CPU);
    }

    /**
     * Opens a source once and looks at its first pictures. Blocks: for the source's own time-outs, and then until a
     * second's worth of pictures with a known capture clock came, or {@code limitMs} after the first picture.
     *
     * @param onFirst is shown the first picture, valid during the call
     * @param decoding who decodes, and what becomes of interlaced pictures
     */
    public static ProbeReport probe(
            SourceSpec spec, Clock clock, long limitMs, Consumer<Picture> onFirst, Decoding decoding)
            throws InterruptedException {
        try (Source source = open(spec, clock, DEFAULT_PICTURES, decoding)) {
            return new Probe(source, clock, limitMs, onFirst).look(spec.uri());
        }
    }
}
