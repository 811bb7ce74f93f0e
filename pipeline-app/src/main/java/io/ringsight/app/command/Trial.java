package io.ringsight.app.command;

import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.OutputException;
import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;

/** Takes a drawn picture of each usual pixel format all the way from planes to detections. */
final class Trial {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int MAX_BYTES_A_PIXEL = 4;
    /** Dark in 8 bits and within range in 10. */
    private static final int SHADE = 1;

    private static final int YUVJ420P = 12;
    private static final int YUVJ422P = 13;
    private static final int YUV420P10LE = 62;
    /** What the usual codecs and cameras give, by FFmpeg's names and numbers. */
    private static final Map<String, Integer> FORMATS = formats();

    /**
     * What ran.
     *
     * @param backend what computed
     * @param lanes batches in flight
     * @param maxBatch pictures of one
     * @param formats names of the pixel formats that were converted
     */
    record Outcome(String backend, int lanes, int maxBatch, List<String> formats) {}

    private Trial() {}

    private static Map<String, Integer> formats() {
        Map<String, Integer> formats = new LinkedHashMap<>();
        formats.put("yuv420p", PixelFormat.YUV420P);
        formats.put("yuvj420p", YUVJ420P);
        formats.put("yuvj422p", YUVJ422P);
        formats.put("yuv420p10le", YUV420P10LE);
        formats.put("nv12", PixelFormat.NV12);
        formats.put("yuyv422", PixelFormat.YUYV422);
        formats.put("rgb24", PixelFormat.RGB24);
        formats.put("bgr24", PixelFormat.BGR24);
        formats.put("gray", PixelFormat.GRAY8);
        return formats;
    }

    /** Opens the model on its device and runs it once a format. */
    static Outcome of(PipelineConfig pipeline) throws ConfigException, InterruptedException {
        int stride = WIDTH * MAX_BYTES_A_PIXEL;
        try (InferenceBackend backend = Backends.open(
                                pipeline.model(), pipeline.backend(), new Counters<>(BackendCounter.class))
                        .now();
                BytePointer pixels = new BytePointer((long) stride * (HEIGHT + 1))) {
            BytePointer.memset(pixels, SHADE, pixels.capacity());
            DetectionDecoder decoder = Decoders.of(pipeline.model());
            Detections found = new Detections(decoder.capacity());
            Lane lane = backend.lanes().get(0);
            for (int format : FORMATS.values()) {
                lane.load(0, picture(format, pixels.address(), stride));
                lane.launch(1);
                lane.await();
                found.clear();
                decoder.decode(lane.output(), 0, pipeline.threshold(), found);
            }
            return new Outcome(
                    backend.name(), backend.lanes().size(), backend.maxBatch(), List.copyOf(FORMATS.keySet()));
        } catch (OutputException e) {
            throw new ConfigException(List.of("ringsight: "
                    + pipeline.model().weights().file() + ": this model cannot be used: " + e.getMessage()));
        } catch (InferenceException e) {
            throw pipeline.devicePlace().mistake("expected a device that runs the model, but " + e.getMessage());
        }
    }

    /** All planes lie on the same memory, which is large enough for the largest. */
    private static Picture picture(int format, long address, int stride) {
        Picture picture = new Picture();
        picture.layout(WIDTH, HEIGHT, format);
        picture.color(ColorMatrix.BT709, ColorRange.LIMITED);
        for (int plane = 0; plane < Picture.MAX_PLANES; plane++) {
            picture.plane(plane, address, stride);
        }
        return picture;
    }
}
