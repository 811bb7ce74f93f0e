package io.ringsight.app.tools.bench;

import static org.bytedeco.ffmpeg.global.avfilter.av_buffersink_get_frame;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_get_by_name;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_alloc;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_config;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_create_filter;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_free;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_link;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import java.io.IOException;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.Pointer;

/** FFmpeg's moving test picture with noise, the same each time, as blue, green and red bytes. Used by one thread. */
final class TestPicture implements AutoCloseable {
    private final AVFilterGraph graph = avfilter_graph_alloc();
    private final AVFrame frame = av_frame_alloc();
    private AVFilterContext last;

    TestPicture(int width, int height, int fps) throws IOException {
        try {
            add("testsrc2", "size=" + width + "x" + height + ":rate=" + fps);
            add("noise", "alls=8:allf=t");
            add("format", "pix_fmts=bgr24");
            add("buffersink", null);
            check(avfilter_graph_config(graph, null));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void add(String filter, String options) throws IOException {
        AVFilterContext next = new AVFilterContext((Pointer) null);
        check(avfilter_graph_create_filter(next, avfilter_get_by_name(filter), filter, options, null, graph));
        if (last != null) {
            check(avfilter_link(last, 0, next, 0));
        }
        last = next;
    }

    /** The next picture, valid until the one after it. */
    AVFrame next() throws IOException {
        av_frame_unref(frame);
        check(av_buffersink_get_frame(last, frame));
        return frame;
    }

    private static void check(int result) throws IOException {
        if (result < 0) {
            throw new IOException("FFmpeg draws no test picture (error " + result + ")");
        }
    }

    @Override
    public void close() {
        avfilter_graph_free(graph);
        av_frame_free(frame);
    }
}
