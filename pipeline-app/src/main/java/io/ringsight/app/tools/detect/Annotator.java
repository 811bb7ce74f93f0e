package io.ringsight.app.tools.detect;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import io.ringsight.app.tools.detect.Inputs.Input;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.preprocess.BgrConverter;
import io.ringsight.core.preprocess.PreprocessException;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Draws each result into its picture and writes it. Called by the Publish thread; what fails is kept for the command,
 * and nothing is written after it.
 */
final class Annotator implements ResultSink, AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Map<String, Input> inputs;
    private final AnnotatedFiles files;
    private final Painter painter;
    private final BgrConverter converter = new BgrConverter();
    private BytePointer memory = new BytePointer();
    private String begun = "";
    private volatile String failure;

    /**
     * @param inputs by source id
     * @param files where pictures go; closed by the annotator
     */
    Annotator(Map<String, Input> inputs, AnnotatedFiles files, ModelSpec model) {
        this.inputs = Map.copyOf(inputs);
        this.files = files;
        painter = new Painter(model);
    }

    @Override
    public void frame(FrameResult result, boolean lossless) {
        if (failure != null) {
            return;
        }
        try {
            String id = result.sourceId().value();
            if (!id.equals(begun)) {
                begun = id;
                painter.begin();
                files.begin(inputs.get(id));
            }
            annotate(result);
        } catch (IOException | PreprocessException e) {
            failure = e.getMessage();
        }
    }

    private void annotate(FrameResult result) throws IOException {
        Picture picture = result.picture();
        int stride = BgrConverter.stride(picture.width());
        reserve((long) stride * picture.height() + ALIGNMENT);
        long skip = (ALIGNMENT - memory.address() % ALIGNMENT) % ALIGNMENT;
        converter.convert(picture, memory.address() + skip, stride);
        try (Mat mat = new Mat(picture.height(), picture.width(), CV_8UC3, memory.getPointer(skip), stride)) {
            draw(mat, result);
            files.write(mat, picture);
        }
    }

    private void draw(Mat mat, FrameResult result) {
        // Frees the points, sizes and colours that drawing makes.
        PointerScope scope = new PointerScope();
        try {
            painter.draw(mat, result.detections());
        } finally {
            scope.close();
        }
    }

    private void reserve(long bytes) {
        if (memory.capacity() < bytes) {
            memory.close();
            memory = new BytePointer(bytes);
        }
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        // Nothing to draw.
    }

    /** Why nothing more is written, or null. */
    String failure() {
        return failure;
    }

    /** Makes the last video playable. Call it when no more results come. */
    void finish() {
        if (failure == null) {
            try {
                files.finish();
            } catch (IOException e) {
                failure = e.getMessage();
            }
        }
    }

    @Override
    public void close() {
        files.close();
        converter.close();
        memory.close();
    }
}
