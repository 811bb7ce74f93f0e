package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.onnx.OnnxGraph.Node;
import io.ringsight.core.infer.onnx.OnnxGraph.Weights;
import io.ringsight.core.model.ModelOverrides;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstStepTest {
    /** Three nodes in a row: one that passes the picture on, the step, and one behind it that says nothing. */
    private static String step(String op, float constant) {
        OnnxGraph graph = new OnnxGraph(
                "test",
                Map.of(),
                List.of("x"),
                List.of("z"),
                List.of(
                        new Node("", "Transpose", List.of("x"), List.of("turned")),
                        new Node("", op, List.of("turned", "a", "b", "c"), List.of("y")),
                        new Node("", "Div", List.of("y", "large"), List.of("z"))),
                Map.of("c", weight("c", constant), "large", weight("large", 1_000)));
        return FirstStep.onBytes(graph, "x");
    }

    private static Weights weight(String name, float value) {
        return new Weights(name, "float32", List.of(), Float.BYTES, value);
    }

    @ParameterizedTest
    @CsvSource({
        "Div, 255, Div by 255.0",
        "Mul, 0.00392157, Mul by 0.00392157",
        "Sub, 123.675, Sub by 123.675",
        "BatchNormalization, 116, BatchNormalization with a mean of 116.0"
    })
    void showsThatItIsForBytes(String op, float constant, String said) {
        assertThat(step(op, constant)).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource({"Div, 0.229", "Mul, 255", "Sub, 0.485", "Conv, 255", "BatchNormalization, 0.5", "Div, NaN"})
    void showsNothing(String op, float constant) {
        assertThat(step(op, constant)).isEmpty();
    }

    @Test
    void ofAFileDecidesWhatItIsShown(@TempDir Path folder) throws Exception {
        Path file = new TinyOnnx().ofBytes().write(folder.resolve("m.onnx"));
        assertThat(FirstStep.onBytes(OnnxGraph.read(file), "images")).isEqualTo("Mul by 0.003921569");
        assertThat(OnnxModelReader.read(file, ModelOverrides.NONE).input().scale())
                .isEqualTo(1);
    }
}
