package io.ringsight.app.tools.detect;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_VERSION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Draws an object into a picture as {@code detect --annotate} does, and writes and reads it as JPEG in memory. */
public final class PaintingTrial {
    private static final int WIDTH = 160;
    private static final int HEIGHT = 120;
    private static final int BOX = 40;
    /** A channel of the box's line, in a black picture. */
    private static final int MIN_SHADE = 64;

    private PaintingTrial() {}

    /**
     * Does so, and says OpenCV's version.
     *
     * @throws LinkageError if OpenCV does not load
     * @throws IllegalStateException if the picture does not come back as it was drawn
     */
    public static String run() {
        PointerScope scope = new PointerScope();
        try {
            Mat picture = new Mat(HEIGHT, WIDTH, CV_8UC3, new Scalar(0));
            Detections found = new Detections(1);
            found.add(BOX, BOX, BOX, BOX, 0.9f, 0);
            new Painter(model()).draw(picture, found);
            BytePointer jpeg = new BytePointer();
            if (!imencode(".jpg", picture, jpeg)) {
                throw new IllegalStateException("OpenCV loads, but cannot write a picture");
            }
            Mat read = imdecode(new Mat(jpeg), -1);
            if (read.rows() != HEIGHT || read.cols() != WIDTH || brightest(read) < MIN_SHADE) {
                throw new IllegalStateException("OpenCV loads, but what it draws is not what it gives back");
            }
            return CV_VERSION + ", draws and writes a picture";
        } finally {
            scope.close();
        }
    }

    /** The brightest channel of a pixel of the box's left line. */
    private static int brightest(Mat picture) {
        BytePointer pixel = picture.ptr(BOX + BOX / 2, BOX);
        return Math.max(pixel.get(0) & 0xff, Math.max(pixel.get(1) & 0xff, pixel.get(2) & 0xff));
    }

    private static ModelSpec model() {
        return new ModelSpec(
                "doctor",
                "1",
                new ModelSpec.Weights(Path.of("doctor.onnx"), "", "fp32"),
                new ModelInput(
                        "x",
                        WIDTH,
                        HEIGHT,
                        TensorType.FLOAT32,
                        ChannelOrder.RGB,
                        1,
                        new ModelInput.Padding(Placement.CENTER, 0),
                        1),
                new ModelOutput("y", Head.END_TO_END, 1, 6, 1),
                List.of("object"),
                0.5f,
                List.of());
    }
}
