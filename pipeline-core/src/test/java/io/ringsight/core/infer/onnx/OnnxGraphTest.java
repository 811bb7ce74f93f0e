package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxGraphTest {
    @TempDir
    Path folder;

    @Test
    void holdsNodesAndWeights() throws Exception {
        OnnxGraph graph = OnnxGraph.read(new TinyOnnx().write(folder.resolve("m.onnx")));

        assertThat(graph.producer()).isEqualTo("ringsight-test");
        assertThat(graph.opsets()).containsOnly(java.util.Map.entry("ai.onnx", 17L));
        assertThat(graph.inputs()).containsExactly("images");
        assertThat(graph.outputs()).containsExactly("output0");
        assertThat(graph.nodes())
                .extracting(OnnxGraph.Node::op)
                .containsExactly("Cast", "Mul", "GlobalAveragePool", "Reshape", "MatMul", "Add");
        assertThat(graph.nodes().get(4))
                .isEqualTo(new OnnxGraph.Node("", "MatMul", List.of("rows", "weights"), List.of("product")));
        assertThat(graph.weights().get("weights"))
                .isEqualTo(new OnnxGraph.Weights("weights", "float32", List.of(3L, 6L), 72, 255));
        assertThat(graph.weights().get("meanShape").type()).isEqualTo("int64");
        assertThat(graph.weights().get("unit").elements()).isEqualTo(1);
    }

    /** A constant may stand in a node of its own; dimensions may stand packed into one field. */
    @Test
    void takesConstantNodesForWeights() throws Exception {
        byte[] model = new ProtoWriter()
                .message(
                        7,
                        graph -> graph.message(
                                1,
                                node -> node.text(2, "c")
                                        .text(4, "Constant")
                                        .message(
                                                5,
                                                attribute -> attribute
                                                        .text(1, "value")
                                                        .message(
                                                                5,
                                                                tensor -> tensor.bytes(
                                                                                1, new byte[] {2, (byte) 0x80, 1})
                                                                        .number(2, 10)))))
                .toBytes();

        OnnxGraph graph = OnnxGraph.read(Files.write(folder.resolve("c.onnx"), model));

        assertThat(graph.nodes()).isEmpty();
        assertThat(graph.weights().get("c"))
                .isEqualTo(new OnnxGraph.Weights("c", "float16", List.of(2L, 128L), 512, Float.NaN));
    }

    @Test
    void endsWithOneExceptionWhateverTheBytes() throws IOException {
        byte[] whole = new TinyOnnx().bytes();
        Path file = folder.resolve("cut.onnx");
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> OnnxGraph.read(file)).isInstanceOf(ModelException.class);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = whole.clone();
            for (int flips = random.nextInt(8); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                OnnxGraph.read(file);
            } catch (ModelException expected) {
                assertThat(expected).as("seed " + seed).hasMessageContaining("not a whole ONNX file");
            }
        }
    }
}
