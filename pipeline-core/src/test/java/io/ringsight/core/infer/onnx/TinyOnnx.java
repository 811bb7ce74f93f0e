package io.ringsight.core.infer.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes tiny ONNX files by hand (onnx.proto3), so that tests need no binary in the repository and no Python.
 *
 * <p>The network is one whose answer is plain to see: {@code output0[n] = [left, top, right, bottom, confidence, class]}
 * with a box of the whole 16x16 input, the mean red as confidence, and 255 times the mean blue as class.
 */
public final class TinyOnnx {
    /** Side of the square input. */
    public static final int SIZE = 16;

    private static final int ECHO_ROWS = 3 * SIZE * SIZE / 2;
    /** What {@link #echo()} multiplies by: too much for fractions of a picture, and lossless. */
    private static final int ECHO_SCALE = 1024;

    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int FLOAT16 = 10;

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private int batch = 1;
    private int inputType = FLOAT;
    private long[] outputShape;
    private int channels = 3;
    private boolean freeSize;
    private boolean bytes;
    private boolean echo;
    private boolean failsOnWhite;
    private boolean wholeClasses;
    private float scale;
    private String location;
    private boolean freeOutput;
    private boolean classifier;
    private boolean probabilities;
    private float factor = 8;
    private float[] box = {0, 0, SIZE, SIZE};

    /** A float32 model of batch size 1 with end-to-end output and 256 labels. */
    public TinyOnnx() {
        StringBuilder names = new StringBuilder("{");
        for (int i = 0; i < 256; i++) {
            names.append(i == 0 ? "" : ", ")
                    .append(i)
                    .append(": 'shade-")
                    .append(i)
                    .append('\'');
        }
        metadata.put("names", names.append('}').toString());
        metadata.put("task", "detect");
        metadata.put("imgsz", "[16, 16]");
    }

    /** Batch size, 0 for a free one. */
    public TinyOnnx batch(int batch) {
        this.batch = batch;
        return this;
    }

    /** Takes bytes 0..255. */
    public TinyOnnx uint8() {
        inputType = UINT8;
        return this;
    }

    /** Takes floats 0..255, which it divides itself. */
    public TinyOnnx ofBytes() {
        bytes = true;
        return this;
    }

    /** Takes half floats. */
    public TinyOnnx float16() {
        inputType = FLOAT16;
        return this;
    }

    /** Takes pictures of another number of planes. */
    public TinyOnnx channels(int channels) {
        this.channels = channels;
        return this;
    }

    /** Leaves the input size open, as {@code dynamic=True} exports do. */
    public TinyOnnx freeSize() {
        freeSize = true;
        return this;
    }

    /** Gives zeros of another shape instead. */
    public TinyOnnx output(long... shape) {
        outputShape = shape;
        return this;
    }

    /** Gives another box than the whole input. */
    public TinyOnnx box(float left, float top, float right, float bottom) {
        box = new float[] {left, top, right, bottom};
        return this;
    }

    /** Rounds the means of the colours to bytes times {@code scale}, as an INT8 file does; 1/255 loses nothing. */
    public TinyOnnx quantised(float scale) {
        this.scale = scale;
        return this;
    }

    /**
     * Says instead which of red, green and blue a picture is most of, as {@code [batch, 3]}: their means, eight times, as
     * logits or as the probabilities that softmax makes of them.
     */
    public TinyOnnx classifier(boolean probabilities) {
        classifier = true;
        this.probabilities = probabilities;
        return metadata("task", "classify").metadata("names", "['red', 'green', 'blue']");
    }

    /** What a {@link #classifier} multiplies the means of the colours with, instead of 8. */
    public TinyOnnx factor(float factor) {
        this.factor = factor;
        return this;
    }

    /** Does not tell how many rows it gives. */
    public TinyOnnx freeOutput() {
        freeOutput = true;
        return this;
    }

    /** Keeps its {@link #externalWeights()} in a file of their own. */
    public TinyOnnx external(String location) {
        this.location = location;
        return this;
    }

    /** What the file of {@link #external(String)} holds. */
    public static byte[] externalWeights() {
        ByteBuffer raw = ByteBuffer.allocate(3 * 6 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.putFloat(4 * Float.BYTES, 1).putFloat((2 * 6 + 5) * Float.BYTES, 255);
        return raw.array();
    }

    /** Answers with the numbers it was given, two a row, as right and bottom of boxes; see {@link #echoed(FloatBuffer)}. */
    public TinyOnnx echo() {
        echo = true;
        return this;
    }

    /** The numbers that a network of {@link #echo()} was given, from its output. */
    public static float[] echoed(FloatBuffer output) {
        float[] numbers = new float[2 * ECHO_ROWS];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = output.get(i / 2 * 6 + 2 + i % 2) / ECHO_SCALE;
        }
        return numbers;
    }

    /** Rounds the means of the colours to whole bytes, so that a picture of many colours has a whole class, too. */
    public TinyOnnx wholeClasses() {
        wholeClasses = true;
        return this;
    }

    /** Fails for pictures of shade 243 and brighter: looks something up that is not there. */
    public TinyOnnx failsOnWhite() {
        failsOnWhite = true;
        return this;
    }

    /** Sets metadata; null removes it. */
    public TinyOnnx metadata(String key, String value) {
        if (value == null) {
            metadata.remove(key);
        } else {
            metadata.put(key, value);
        }
        return this;
    }

    /** Writes the file and returns it. */
    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file's bytes. */
    public byte[] bytes() {
        Message model = new Message();
        model.number(1, 8);
        model.text(2, "ringsight-test");
        model.message(7, this::graph);
        model.message(8, opset -> opset.number(2, 17));
        metadata.forEach((key, value) -> model.message(14, entry -> {
            entry.text(1, key);
            entry.text(2, value);
        }));
        return model.bytes();
    }

    private void graph(Message graph) {
        node(graph, "Cast", 1, "images", "floats");
        node(graph, "Mul", 0, "floats", "unit", "scaled");
        if (classifier) {
            classify(graph);
            return;
        }
        node(graph, "GlobalAveragePool", 0, "scaled", wholeClasses ? "unrounded" : "means");
        if (wholeClasses) {
            roundToBytes(graph);
        }
        node(graph, "Reshape", 0, "means", "meanShape", "rows");
        if (scale > 0) {
            node(graph, "QuantizeLinear", 0, "rows", "scale", "zero", "quantised");
            node(graph, "DequantizeLinear", 0, "quantised", "scale", "zero", "restored");
            floats(graph, "scale", new long[0], scale);
            initializer(graph, "zero", UINT8, new long[0], new byte[1]);
        }
        node(graph, "MatMul", 0, scale > 0 ? "restored" : "rows", "weights", "product");
        graph.text(2, "tiny");
        floats(graph, "unit", new long[0], inputType == UINT8 || bytes ? 1 / 255f : 1f);
        int64s(graph, "meanShape", 0, 1, channels);
        if (echo) {
            echo(graph);
            floats(graph, "weights", new long[] {channels, 1}, new float[channels]);
        } else if (outputShape == null) {
            node(graph, "Add", 0, "product", failsOnWhite ? "lookedUpBias" : "bias", "output0");
            if (failsOnWhite) {
                lookUp(graph);
            }
            float[] weights = new float[channels * 6];
            weights[4] = 1;
            weights[(channels - 1) * 6 + 5] = 255;
            if (location == null) {
                floats(graph, "weights", new long[] {channels, 6}, weights);
            } else {
                externalFloats(graph);
            }
            floats(graph, "bias", new long[] {6}, box[0], box[1], box[2], box[3], 0, 0);
        } else {
            floats(graph, "weights", new long[] {channels, 1}, new float[channels]);
            int64s(graph, "outputShape", outputShape);
            node(graph, "Expand", 0, "product", "outputShape", "output0");
        }
        long[] output = outputShape != null ? outputShape : new long[] {batch, echo ? ECHO_ROWS : 1, 6};
        if (freeOutput) {
            output[1] = 0;
        }
        tensor(graph, 11, "images", inputType, batch, channels, freeSize ? 0 : SIZE, freeSize ? 0 : SIZE);
        tensor(graph, 12, "output0", FLOAT, output);
    }

    private void classify(Message graph) {
        node(graph, "GlobalAveragePool", 0, "scaled", "means");
        node(graph, "Reshape", 0, "means", "meanShape", "rows");
        node(graph, "MatMul", 0, "rows", "weights", probabilities ? "logits" : "output0");
        if (probabilities) {
            node(graph, "Softmax", 0, "logits", "output0");
        }
        graph.text(2, "tiny");
        floats(graph, "unit", new long[0], 1f);
        int64s(graph, "meanShape", 0, 3);
        floats(graph, "weights", new long[] {3, 3}, factor, 0, 0, 0, factor, 0, 0, 0, factor);
        tensor(graph, 11, "images", inputType, batch, 3, SIZE, SIZE);
        tensor(graph, 12, "output0", FLOAT, batch, 3);
    }

    private static void roundToBytes(Message graph) {
        floats(graph, "levels", new long[0], 255);
        node(graph, "Mul", 0, "unrounded", "levels", "level");
        node(graph, "Round", 0, "level", "wholeLevel");
        node(graph, "Div", 0, "wholeLevel", "levels", "means");
    }

    private static void echo(Message graph) {
        int64s(graph, "echoShape", 1, ECHO_ROWS, 2);
        float[] corners = new float[2 * 6];
        corners[2] = ECHO_SCALE;
        corners[6 + 3] = ECHO_SCALE;
        floats(graph, "corners", new long[] {2, 6}, corners);
        floats(graph, "sure", new long[] {6}, 0, 0, 0, 0, 1, 0);
        node(graph, "Reshape", 0, "floats", "echoShape", "pairs");
        node(graph, "MatMul", 0, "pairs", "corners", "boxes");
        node(graph, "Add", 0, "boxes", "sure", "output0");
    }

    /** Adds what a table of one entry holds for each colour: its mean, rounded down, is 1 when it is bright. */
    private static void lookUp(Message graph) {
        floats(graph, "brighter", new long[0], 255f / 243f);
        floats(graph, "table", new long[] {1}, 0);
        floats(graph, "nothing", new long[] {3, 6}, new float[18]);
        node(graph, "Mul", 0, "rows", "brighter", "brightRows");
        node(graph, "Cast", 7, "brightRows", "index");
        node(graph, "Gather", 0, "table", "index", "lookedUp");
        node(graph, "MatMul", 0, "lookedUp", "nothing", "zeros");
        node(graph, "Add", 0, "zeros", "bias", "lookedUpBias");
    }

    /** The last name is the output; {@code castTo} above 0 adds the attribute of Cast. */
    private static void node(Message graph, String op, int castTo, String... names) {
        graph.message(1, node -> {
            for (int i = 0; i < names.length - 1; i++) {
                node.text(1, names[i]);
            }
            node.text(2, names[names.length - 1]);
            node.text(4, op);
            if (castTo > 0) {
                node.message(5, attribute -> {
                    attribute.text(1, "to");
                    attribute.number(3, castTo);
                    attribute.number(20, 2);
                });
            }
        });
    }

    private static void floats(Message graph, String name, long[] dims, float... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        initializer(graph, name, FLOAT, dims, raw.array());
    }

    private void externalFloats(Message graph) {
        graph.message(5, tensor -> {
            tensor.number(1, channels);
            tensor.number(1, 6);
            tensor.number(2, FLOAT);
            tensor.text(8, "weights");
            tensor.message(13, entry -> {
                entry.text(1, "location");
                entry.text(2, location);
            });
            tensor.number(14, 1);
        });
    }

    private static void int64s(Message graph, String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        initializer(graph, name, 7, new long[] {values.length}, raw.array());
    }

    private static void initializer(Message graph, String name, int type, long[] dims, byte[] raw) {
        graph.message(5, tensor -> {
            for (long dim : dims) {
                tensor.number(1, dim);
            }
            tensor.number(2, type);
            tensor.text(8, name);
            tensor.bytes(9, raw);
        });
    }

    private static void tensor(Message graph, int field, String name, int type, long... dims) {
        graph.message(field, info -> {
            info.text(1, name);
            info.message(
                    2,
                    typeProto -> typeProto.message(1, tensorType -> {
                        tensorType.number(1, type);
                        tensorType.message(2, shape -> {
                            for (int i = 0; i < dims.length; i++) {
                                String free = "dim" + i;
                                long dim = dims[i];
                                shape.message(1, dimension -> {
                                    if (dim > 0) {
                                        dimension.number(1, dim);
                                    } else {
                                        dimension.text(2, free);
                                    }
                                });
                            }
                        });
                    }));
        });
    }

    /** One protobuf message being written. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void number(int field, long value) {
            varint((long) field << 3);
            varint(value);
        }

        void text(int field, String value) {
            bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        void message(int field, Consumer<Message> content) {
            Message inner = new Message();
            content.accept(inner);
            bytes(field, inner.bytes());
        }

        void bytes(int field, byte[] value) {
            varint((long) field << 3 | 2);
            varint(value.length);
            out.writeBytes(value);
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
