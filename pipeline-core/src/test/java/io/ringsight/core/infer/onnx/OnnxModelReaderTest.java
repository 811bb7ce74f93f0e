package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.infer.open.Models;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelReaderTest {
    private static final ModelOverrides NONE = ModelOverrides.NONE;

    @TempDir
    Path folder;

    @Test
    void readsTheShippedModel() throws ModelException {
        Path file = Path.of(System.getProperty("ringsight.root"), "conf/models/pcb-defect.onnx");
        ModelSpec spec = Models.read(file, NONE);
        assertThat(spec.name()).isEqualTo("pcb-defect");
        assertThat(spec.weights().precision()).isEqualTo("fp32");
        assertThat(spec.labels()).containsExactly("open", "short", "mousebite", "spur", "copper", "pin-hole");
        assertThat(spec.output()).isEqualTo(new ModelOutput("output0", Head.END_TO_END, 300, 6, 0.45f));
        assertThat(spec.input().width()).isEqualTo(640);
        assertThat(spec.input().fixedBatch()).isEqualTo(1);
        assertThat(spec.input().order()).isEqualTo(ChannelOrder.RGB);
        assertThat(spec.input().padding().placement()).isEqualTo(Placement.CENTER);
        assertThat(spec.weights().sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void tellsInputTypes() throws ModelException {
        assertThat(read(new TinyOnnx().uint8()).input().type()).isEqualTo(TensorType.UINT8);
        assertThat(read(new TinyOnnx().uint8()).input().scale()).isEqualTo(1);
        assertThat(read(new TinyOnnx().float16()).input().type()).isEqualTo(TensorType.FLOAT16);
        assertThat(read(new TinyOnnx().batch(0)).input().fixedBatch()).isZero();
    }

    @Test
    void aNetworkThatDividesItsPictureIsShownBytes() throws ModelException {
        assertThat(read(new TinyOnnx()).input().scale()).isEqualTo(1 / 255f);
        assertThat(read(new TinyOnnx().ofBytes()).input().scale()).isEqualTo(1);
    }

    @Test
    void tellsHeadsByShapeAndMetadata() throws ModelException {
        TinyOnnx raw = new TinyOnnx().output(1, 7, 21).metadata("names", "['a', 'b', 'c']");
        assertThat(read(raw).output().head()).isEqualTo(Head.ONE_TO_MANY);
        assertThat(read(raw.metadata("end2end", "True")).output())
                .isEqualTo(new ModelOutput("output0", Head.ONE_TO_ONE, 21, 7, 0.45f));
    }

    @Test
    void readsNamesWithQuotesInThem() throws ModelException {
        TinyOnnx model = new TinyOnnx().metadata("names", "{0: 'a', 1: \"it's\", 2: 'b\\'c'}");
        assertThat(read(model).labels()).containsExactly("a", "it's", "b'c");
    }

    @Test
    void takesTheSizeOfFreeModelsFromTheYaml() throws ModelException {
        ModelSpec spec = Models.read(new TinyOnnx().freeSize().write(folder.resolve("m.onnx")), size(64, 32));
        assertThat(spec.input().width()).isEqualTo(64);
        assertThat(spec.input().height()).isEqualTo(32);
    }

    @Test
    void refusesFilesThatAreNoModels() throws IOException {
        byte[] whole = new TinyOnnx().bytes();
        assertRefused(folder.resolve("none.onnx"), "no such model file");
        assertRefused(folder, "a model file was expected, but this is a directory");
        assertRefused(file("empty", new byte[0]), "this model file is empty");
        assertRefused(file("text", "hello, world, a text".getBytes(StandardCharsets.UTF_8)), "not an ONNX file");
        assertRefused(file("yaml", "file: model.onnx\nname: x\n".getBytes(StandardCharsets.UTF_8)), "not an ONNX file");
        assertRefused(file("zeros", new byte[1000]), "not an ONNX file");
        assertRefused(file("cut", Arrays.copyOf(whole, whole.length / 2)), "this ONNX file is truncated at");
        assertRefused(file("cut2", Arrays.copyOf(whole, 40)), "this ONNX file is truncated at 40 bytes");
    }

    @Test
    void refusesModelsItCannotRunWithOneSentence() {
        assertRefused(new TinyOnnx().metadata("task", "segment"), "its task is 'segment'");
        assertRefused(new TinyOnnx().metadata("names", null), "nothing says what its classes are called");
        assertRefused(new TinyOnnx().metadata("names", "garbage"), "cannot be read, garbage, expected");
        assertRefused(new TinyOnnx().metadata("imgsz", null).freeSize(), "its input height is free");
        assertRefused(new TinyOnnx().channels(4), "must be [batch, 3, height, width]");
        assertRefused(new TinyOnnx().output(1, 10, 2, 2), "its outputs are output0 float[1, 10, 2, 2]");
        assertRefused(new TinyOnnx().output(1, 3, 21), "its output is float[1, 3, 21], expected");
        assertRefused(new TinyOnnx().output(1, 84, 8), "this may be RT-DETR");
        assertRefused(
                new TinyOnnx().output(1, 9, 21).metadata("names", "['a']"), "there is 1 label, but its output has 5");
    }

    @Test
    void refusesWhatTheYamlSaysWrongly() {
        assertRefused(new TinyOnnx(), size(32, 32), "inputSize", "its input height is fixed at 16");
        assertRefused(new TinyOnnx(), labels("a", "b"), "labels", "there are 2 labels, but its metadata names 256");
        assertRefused(new TinyOnnx(), head(Head.YOLOX), "head", "is no 'yolox' head for a 16x16 input");
    }

    /** ONNX Runtime does not find such a key again and gives null for its value: that was a NullPointerException. */
    @Test
    void readsAModelWhoseMetadataHasAKeyWithANulInIt() throws IOException, ModelException {
        byte[] bytes = new TinyOnnx().metadata("author", "somebody").bytes();
        String latin = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[latin.indexOf("author") + 2] = 0;
        assertThat(Models.read(file("key", bytes), NONE).labels()).hasSize(256);
    }

    /** Whatever a file holds, only a ModelException comes out. */
    @Test
    void survivesDamagedFiles() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = new TinyOnnx().bytes();
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Path file = file("damaged", bytes);
            try {
                Models.read(file, NONE);
            } catch (ModelException expected) {
                assertThat(expected.getMessage()).as("seed %d", seed).startsWith(file.toString());
            }
        }
    }

    private ModelSpec read(TinyOnnx model) throws ModelException {
        return Models.read(model.write(folder.resolve("tiny.onnx")), NONE);
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name + ".onnx"), bytes);
    }

    private void assertRefused(TinyOnnx model, String why) {
        assertRefused(model.write(folder.resolve("tiny.onnx")), why);
    }

    private static void assertRefused(Path file, String why) {
        assertThatThrownBy(() -> Models.read(file, NONE))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(why)
                .message()
                .doesNotContain("\n");
    }

    private void assertRefused(TinyOnnx model, ModelOverrides overrides, String key, String why) {
        Path file = model.write(folder.resolve("tiny.onnx"));
        assertThatThrownBy(() -> Models.read(file, overrides))
                .hasMessageContaining(why)
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.key()).isEqualTo(key));
    }

    private static ModelOverrides size(int width, int height) {
        return new ModelOverrides(
                null,
                null,
                null,
                ModelOverrides.Output.NONE,
                new ModelOverrides.Input(width, height, null, null, null, null),
                null);
    }

    private static ModelOverrides labels(String... labels) {
        return new ModelOverrides(
                null, null, List.of(labels), ModelOverrides.Output.NONE, ModelOverrides.Input.NONE, null);
    }

    private static ModelOverrides head(Head head) {
        return new ModelOverrides(
                null, null, null, new ModelOverrides.Output(null, head, null, null), ModelOverrides.Input.NONE, null);
    }
}
