package io.ringsight.bench;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TensorRow;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BytePointer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One YUV 4:2:0 picture into one row of a 640x640 tensor. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LetterboxBenchmark {
    private static final int SIDE = 640;

    @Param({"640x640", "1280x720", "1920x1080"})
    private String size;

    @Param({"FLOAT32", "UINT8"})
    private TensorType type;

    private final Picture picture = new Picture();
    private BytePointer pixels;
    private HostLetterbox letterbox;
    private TensorRow row;

    @Setup
    public void makePicture() {
        int width = Integer.parseInt(size.split("x")[0]);
        int height = Integer.parseInt(size.split("x")[1]);
        byte[] noise = new byte[width * height * 3 / 2];
        new Random(1).nextBytes(noise);
        pixels = new BytePointer(noise.length + 64L).put(noise, 0, noise.length);
        picture.layout(width, height, PixelFormat.YUV420P);
        picture.color(ColorMatrix.BT709, ColorRange.LIMITED);
        picture.plane(0, pixels.address(), width);
        picture.plane(1, pixels.address() + (long) width * height, width / 2);
        picture.plane(2, pixels.address() + (long) width * height * 5 / 4, width / 2);
        float scale = type == TensorType.UINT8 ? 1 : 1 / 255f;
        ModelInput input = new ModelInput(
                "images", SIDE, SIDE, type, ChannelOrder.RGB, scale, new ModelInput.Padding(Placement.CENTER, 114), 1);
        letterbox = new HostLetterbox(input);
        row = new TensorRow(ByteBuffer.allocateDirect(TensorRow.bytes(input)));
    }

    @Benchmark
    public Letterbox load() {
        return letterbox.load(picture, row);
    }

    @TearDown
    public void free() {
        letterbox.close();
        pixels.close();
    }
}
