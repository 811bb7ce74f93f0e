package io.ringsight.app.tools.inspect;

import java.util.List;
import java.util.Set;

/** How many arithmetic operations a step of a network is: a multiplication and an addition are two. */
final class Arithmetic {
    /** One operation for each number they give; what only moves or chooses numbers counts nothing. */
    private static final Set<String> ELEMENTWISE = Set.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Pow",
            "Sqrt",
            "Exp",
            "Log",
            "Neg",
            "Abs",
            "Relu",
            "LeakyRelu",
            "PRelu",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Tanh",
            "Erf",
            "Softplus",
            "Elu",
            "Gelu",
            "Mish",
            "Softmax",
            "Clip",
            "BatchNormalization",
            "InstanceNormalization",
            "LayerNormalization",
            "QuickGelu");
    /** One for each number they take. */
    private static final Set<String> REDUCTIONS = Set.of(
            "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2", "GlobalAveragePool", "GlobalMaxPool");

    private Arithmetic() {}

    /** Operations of one step, 0 for one this does not know. */
    static long operations(Step step) {
        if (step.outputs().isEmpty() || step.inputs().isEmpty()) {
            return 0;
        }
        long given = step.outputs().get(0).elements();
        return switch (step.op()) {
            case "Conv", "FusedConv", "ConvInteger" -> 2 * given * perOutput(step, 1);
            case "QLinearConv" -> 2 * given * perOutput(step, 3);
            case "ConvTranspose" -> 2 * step.inputs().get(0).elements() * perOutput(step, 1);
            case "MatMul", "FusedMatMul", "MatMulInteger", "QLinearMatMul" -> 2 * given * last(step);
            case "Gemm", "FusedGemm", "QGemm" -> 2 * given * depth(step);
            default -> others(step, given);
        };
    }

    private static long others(Step step, long given) {
        if (ELEMENTWISE.contains(step.op())) {
            return given;
        }
        return REDUCTIONS.contains(step.op()) ? step.inputs().get(0).elements() : 0;
    }

    /** Weights that go into one number: all dimensions but the first. */
    private static long perOutput(Step step, int weights) {
        List<Long> shape = step.inputs().get(weights).shape();
        return shape.stream().skip(1).mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    private static long last(Step step) {
        List<Long> shape = step.inputs().get(0).shape();
        return shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
    }

    /** The dimension that is summed over, whichever way the first matrix lies. */
    private static long depth(Step step) {
        List<Long> out = step.outputs().get(0).shape();
        long rows = out.isEmpty() ? 1 : out.get(0);
        return rows == 0 ? 0 : step.inputs().get(0).elements() / rows;
    }
}
