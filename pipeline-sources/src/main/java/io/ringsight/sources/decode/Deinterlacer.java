package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_HEVC;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.sources.libav.FilterChain;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.spec.Deinterlace;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Makes whole pictures of interlaced ones, whose two fields are of different moments: what moves has combs for edges in
 * them, and small things vanish. A frame in, a frame out, of the moment of the first field, with its time and flags.
 *
 * <p>FFmpeg's {@code bwdif}: what stands still keeps all its lines. It needs the frame after, so each frame comes out when
 * the next went in. Until the first interlaced frame nothing is done, at no cost. A picture in a GPU's memory is brought
 * to host memory.
 *
 * <p>Owned by the source's thread. Allocates nothing but when size or format changes.
 */
final class Deinterlacer implements AutoCloseable {
    private static final String FILTER = "bwdif=mode=send_frame:parity=auto:deint=";
    /** The least lines and columns that the filter takes. */
    private static final int MIN_SIZE = 4;

    private final Deinterlace wanted;
    private final FilterChain chain = new FilterChain();
    /** The first frame of another size or format, while the last of those before comes out. */
    private final AVFrame next = av_frame_alloc();

    private List<String> filters = List.of();
    private boolean possible;
    private boolean running;
    private boolean tookFromGpu;

    Deinterlacer(Deinterlace wanted) {
        this.wanted = wanted;
        NativeObject.FRAME.made();
    }

    /**
     * Frames from now on are of another input; what is held back of the one before is dropped.
     *
     * @param codecId of the input
     */
    void begin(int codecId) {
        drop();
        // HEVC has no interlaced frames: what it calls so are fields, each a picture of its own.
        possible = wanted == Deinterlace.ON || wanted == Deinterlace.AUTO && codecId != AV_CODEC_ID_HEVC;
        filters = List.of(FILTER + (wanted == Deinterlace.ON ? "all" : "interlaced"));
        running = false;
        tookFromGpu = false;
    }

    /** Whether frames of this input were in a GPU's memory before they came here. */
    boolean tookFromGpu() {
        return tookFromGpu;
    }

    /**
     * Takes a decoded frame and puts into its place the one that is ready.
     *
     * @return 0; {@code AVERROR_EAGAIN} if none is ready, and the frame is empty; FFmpeg's code for an error
     */
    int filter(AVFrame frame) {
        if (!possible || !runsWith(frame)) {
            return 0;
        }
        tookFromGpu |= frame.format() == AV_PIX_FMT_CUDA;
        int result = chain.toHost(frame);
        if (result < 0) {
            return result;
        }
        if (chain.fits(frame, filters)) {
            result = chain.push(frame);
            return result < 0 ? result : pull(frame);
        }
        av_frame_move_ref(next, frame);
        int last = last(frame);
        result = chain.build(next, filters);
        if (result >= 0) {
            result = chain.push(next);
        }
        return result < 0 ? result : last == AVERROR_EOF() ? AVERROR_EAGAIN() : last;
    }

    private boolean runsWith(AVFrame frame) {
        boolean interlaced = (frame.flags() & AVFrame.AV_FRAME_FLAG_INTERLACED) != 0;
        running |= (interlaced || wanted == Deinterlace.ON) && frame.width() >= MIN_SIZE && frame.height() >= MIN_SIZE;
        return running;
    }

    private int pull(AVFrame frame) {
        return Math.min(0, chain.pull(frame));
    }

    /** Puts the frame held back into an empty one; {@code AVERROR_EOF} if there is none. */
    int last(AVFrame frame) {
        if (!chain.isBuilt()) {
            return AVERROR_EOF();
        }
        int result = chain.end();
        if (result >= 0) {
            result = pull(frame);
        }
        chain.tearDown();
        return result;
    }

    private void drop() {
        chain.tearDown();
        av_frame_unref(next);
    }

    @Override
    public void close() {
        chain.close();
        av_frame_free(next);
        NativeObject.FRAME.freed();
    }
}
