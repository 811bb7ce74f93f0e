package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avfilter.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.util.List;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.Pointer;

/**
 * A few of FFmpeg's filters in a row, for frames of one size and format in host memory.
 *
 * <p>Owned by the source's thread. Allocates only when it is built. Returns FFmpeg's codes: negative is an error.
 */
public final class FilterChain implements AutoCloseable {
    private AVFrame host;
    private AVFilterGraph graph;
    private AVFilterContext in;
    private AVFilterContext out;
    private List<String> filters = List.of();
    private int width;
    private int height;
    private int format;

    /** Whether it is built of these filters for frames like this one. */
    public boolean fits(AVFrame frame, List<String> wanted) {
        return graph != null
                && wanted.equals(filters)
                && frame.width() == width
                && frame.height() == height
                && frame.format() == format;
    }

    /** Whether it is built. */
    public boolean isBuilt() {
        return graph != null;
    }

    /**
     * Builds it for frames like this one, in place of the one before.
     *
     * @param wanted filters in their order, each a name with its options behind {@code =}
     */
    public int build(AVFrame frame, List<String> wanted) {
        tearDown();
        graph = avfilter_graph_alloc();
        // One thread: FFmpeg's log is told apart by threads, and cores are kept busy by many cameras.
        graph.nb_threads(1);
        in = new AVFilterContext((Pointer) null);
        out = new AVFilterContext((Pointer) null);
        String source = "video_size=" + frame.width() + "x" + frame.height() + ":pix_fmt=" + frame.format()
                + ":time_base=1/1000:pixel_aspect=1/1:colorspace=" + frame.colorspace() + ":range="
                + frame.color_range();
        int result = make(in, "buffer", source);
        AVFilterContext last = in;
        for (String filter : wanted) {
            AVFilterContext next = new AVFilterContext((Pointer) null);
            int optionsAt = filter.indexOf('=');
            String name = optionsAt < 0 ? filter : filter.substring(0, optionsAt);
            result = result < 0 ? result : make(next, name, optionsAt < 0 ? null : filter.substring(optionsAt + 1));
            result = result < 0 ? result : avfilter_link(last, 0, next, 0);
            last = next;
        }
        result = result < 0 ? result : make(out, "buffersink", null);
        result = result < 0 ? result : avfilter_link(last, 0, out, 0);
        result = result < 0 ? result : avfilter_graph_config(graph, null);
        if (result < 0) {
            tearDown();
            return result;
        }
        filters = wanted;
        width = frame.width();
        height = frame.height();
        format = frame.format();
        return 0;
    }

    private int make(AVFilterContext context, String name, String options) {
        return avfilter_graph_create_filter(context, avfilter_get_by_name(name), name, options, null, graph);
    }

    /** Takes the frame's pixels; leaves it empty. */
    public int push(AVFrame frame) {
        return av_buffersrc_add_frame(in, frame);
    }

    /** No more frames come: those it holds back can be pulled. */
    public int end() {
        return av_buffersrc_add_frame(in, null);
    }

    /** Puts the next frame into an empty one; {@code AVERROR_EAGAIN} if it waits for more, {@code AVERROR_EOF} at the end. */
    public int pull(AVFrame frame) {
        return av_buffersink_get_frame(out, frame);
    }

    /** Brings the pixels of a frame in a GPU's memory to host memory; others stay as they are. */
    public int toHost(AVFrame frame) {
        if (frame.format() != AV_PIX_FMT_CUDA) {
            return 0;
        }
        if (host == null) {
            host = av_frame_alloc();
            NativeObject.FRAME.made();
        }
        av_frame_unref(host);
        int result = av_hwframe_transfer_data(host, frame, 0);
        if (result >= 0) {
            result = av_frame_copy_props(host, frame);
        }
        if (result >= 0) {
            result = cutHidden(host);
        }
        if (result >= 0) {
            av_frame_unref(frame);
            av_frame_move_ref(frame, host);
        }
        return result;
    }

    /** FFmpeg cuts pictures on a GPU at the right and below only; in host memory what is at the left and above goes, too. */
    public static int cutHidden(AVFrame frame) {
        return av_frame_apply_cropping(frame, AV_FRAME_CROP_UNALIGNED);
    }

    /** Frees the filters and the frames in them; frames that came out of them live on. */
    public void tearDown() {
        if (graph != null) {
            avfilter_graph_free(graph);
            graph = null;
        }
    }

    /** Frees all of it. Twice is allowed. */
    @Override
    public void close() {
        tearDown();
        if (host != null) {
            av_frame_free(host);
            host = null;
            NativeObject.FRAME.freed();
        }
    }
}
