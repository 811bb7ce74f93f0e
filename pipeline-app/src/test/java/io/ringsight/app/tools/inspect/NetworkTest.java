package io.ringsight.app.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.onnx.OnnxGraph;
import io.ringsight.core.infer.onnx.OnnxGraph.Node;
import io.ringsight.core.infer.onnx.OnnxGraph.Weights;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static Weights weights(String name, String type, Long... shape) {
        return new Weights(name, type, List.of(shape), 0, Float.NaN);
    }

    private static Step.Tensor tensor(Weights of) {
        return new Step.Tensor(of.type(), of.shape());
    }

    /** Its fourth input holds the filters, its ninth the bias; the others are scales and zero points. */
    @Test
    void aConvolutionOfBytesHasItsFiltersAndItsBiasForParameters() {
        List<Weights> constants = List.of(
                weights("xScale", "float32"),
                weights("xZero", "uint8"),
                weights("filters", "int8", 4L, 3L, 3L, 3L),
                weights("filterScales", "float32", 4L),
                weights("filterZeros", "int8", 4L),
                weights("yScale", "float32"),
                weights("yZero", "uint8"),
                weights("bias", "int32", 4L));
        List<String> inputs = Stream.concat(Stream.of("x"), constants.stream().map(Weights::name))
                .toList();
        Node conv = new Node("conv", "QLinearConv", inputs, List.of("y"));
        OnnxGraph graph = new OnnxGraph(
                "test",
                Map.of(),
                List.of("x"),
                List.of("y"),
                List.of(conv),
                constants.stream().collect(Collectors.toMap(Weights::name, Function.identity())));
        List<Step.Tensor> taken = Stream.concat(
                        Stream.of(new Step.Tensor("uint8", List.of(1L, 3L, 8L, 8L))),
                        constants.stream().map(NetworkTest::tensor))
                .toList();
        List<Step.Tensor> given = List.of(new Step.Tensor("uint8", List.of(1L, 4L, 8L, 8L)));

        Network network = new Network(graph, List.of(new Step(0, "conv", "QLinearConv", taken, given, List.of(1L))));

        assertThat(network.parameters()).isEqualTo(4 * 27 + 4);
        assertThat(network.operations()).isEqualTo(2 * (4 * 8 * 8) * 27);
        assertThat(network.stored(conv)).isEqualTo("int8");
    }
}
