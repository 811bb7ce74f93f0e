package io.ringsight.core.infer.onnx;

import io.ringsight.core.infer.onnx.OnnxGraph.Node;
import io.ringsight.core.infer.onnx.OnnxGraph.Weights;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * What a network does first with the numbers of its picture. One that divides them by 255, or takes means of more than 2
 * from them, wants to see 0..255; shown 0..1 it sees next to black, and finds nothing.
 */
final class FirstStep {
    /** What hands numbers on as they are, in other types, places or orders. */
    private static final Set<String> PASSING = Set.of(
            "Cast", "Identity", "Transpose", "Gather", "Slice", "Split", "Concat", "Squeeze", "Unsqueeze", "Reshape");

    private static final Set<String> ARITHMETIC = Set.of("Div", "Mul", "Sub", "Add", "BatchNormalization");
    private static final int MEAN_OF_BATCH_NORMALIZATION = 3;
    /** No picture of 0..1 is divided by as much. */
    private static final float MIN_DIVISOR = 32;
    /** No picture of 0..1 has a larger mean. */
    private static final float MAX_MEAN = 2;

    private FirstStep() {}

    /**
     * The step that shows that the network wants 0..255, e.g. {@code Div by 255.0}; empty if none does.
     *
     * @param input name of the tensor the picture goes into
     */
    static String onBytes(OnnxGraph graph, String input) {
        Set<String> picture = new HashSet<>(Set.of(input));
        for (Node node : graph.nodes()) {
            if (node.inputs().stream().noneMatch(picture::contains)) {
                continue;
            }
            if (PASSING.contains(node.op())) {
                picture.addAll(node.outputs());
            } else if (ARITHMETIC.contains(node.op())) {
                return onBytes(graph, node);
            }
        }
        return "";
    }

    private static String onBytes(OnnxGraph graph, Node node) {
        boolean normalization = node.op().equals("BatchNormalization");
        float constant = node.inputs().stream()
                .skip(normalization ? MEAN_OF_BATCH_NORMALIZATION : 0)
                .map(graph.weights()::get)
                .filter(Objects::nonNull)
                .map(Weights::magnitude)
                .filter(magnitude -> !magnitude.isNaN())
                .findFirst()
                .orElse(Float.NaN);
        boolean onBytes = switch (node.op()) {
            case "Div" -> constant >= MIN_DIVISOR;
            case "Mul" -> constant > 0 && constant <= 1 / MIN_DIVISOR;
            default -> constant > MAX_MEAN;
        };
        return onBytes ? node.op() + (normalization ? " with a mean of " : " by ") + constant : "";
    }
}
