package io.ringsight.sources.decode;

import io.ringsight.core.memory.NativeMemory;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.Loader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How wide a stream's pixels are shown: not all are square (DVDs, PAL and NTSC cameras, anamorphic recorders). What the
 * container says counts before what the frame says, as in FFmpeg's own players.
 *
 * <p>Owned by the source's thread. Allocates nothing for a frame.
 */
public final class PixelAspect {
    private static final Logger LOG = LoggerFactory.getLogger(PixelAspect.class);
    private static final int OF_FRAME_AT = Loader.offsetof(AVFrame.class, "sample_aspect_ratio");
    private static final int DENOMINATOR_AT = OF_FRAME_AT + Loader.offsetof(AVRational.class, "den");
    private static final double MAX = 8;

    private final String sourceId;
    private final NativeMemory memory = new NativeMemory();
    private Knowledge stream = new Knowledge(0, 1, true);
    private boolean told;

    PixelAspect(String sourceId) {
        this.sourceId = sourceId;
    }

    /**
     * What is known before the first frame.
     *
     * @param width of a pixel by the container; 0: unknown
     * @param height of a pixel by the container; 0: unknown
     * @param framesTell whether a frame's own ratio means anything
     */
    public record Knowledge(int width, int height, boolean framesTell) {
        boolean isOfStream() {
            return width > 0 && height > 0;
        }
    }

    /** Frames from now on are of this stream. */
    void begin(Knowledge stream) {
        this.stream = stream;
    }

    /**
     * Width of a pixel of {@code frame} divided by its height when it stands upright; 1 where nothing is known.
     *
     * @param swapsAxes whether it lies on its side
     */
    double of(AVFrame frame, boolean swapsAxes) {
        if (stream.isOfStream()) {
            return plausible(stream.width(), stream.height(), swapsAxes);
        }
        if (!stream.framesTell()) {
            return 1;
        }
        int width = memory.intAt(frame.address() + OF_FRAME_AT);
        int height = memory.intAt(frame.address() + DENOMINATOR_AT);
        return width > 0 && height > 0 ? plausible(width, height, swapsAxes) : 1;
    }

    private double plausible(int width, int height, boolean swapsAxes) {
        double aspect = swapsAxes ? (double) height / width : (double) width / height;
        if (aspect >= 1 / MAX && aspect <= MAX) {
            return aspect;
        }
        if (!told) {
            told = true;
            LOG.debug(
                    "{}: the stream says that its pixels are {}:{}, which cannot be; they count as square",
                    sourceId,
                    width,
                    height);
        }
        return 1;
    }
}
