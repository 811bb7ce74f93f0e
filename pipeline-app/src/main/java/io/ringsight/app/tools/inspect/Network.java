package io.ringsight.app.tools.inspect;

import io.ringsight.core.infer.onnx.OnnxGraph;
import io.ringsight.core.infer.onnx.OnnxGraph.Node;
import io.ringsight.core.infer.onnx.OnnxGraph.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The network of a file, with what a plain run told of each of its operations: shapes, arithmetic, memory; and which of
 * its operations stand in which of those the runtime made of them.
 */
final class Network {
    private static final Set<String> QUANTISERS = Set.of("QuantizeLinear", "DequantizeLinear");
    /** What hands weights on as they are, in other numbers or in another shape. */
    private static final Set<String> PASSING =
            Set.of("DequantizeLinear", "QuantizeLinear", "Cast", "Identity", "Transpose", "Reshape", "Unsqueeze");

    private static final Set<String> NUMBERS =
            Set.of("float32", "float16", "bfloat16", "float64", "int8", "uint8", "int32");
    private static final Set<String> MOVED_BY = Set.of("Resize", "Upsample", "Slice", "Pad", "Expand", "Tile", "Where");

    private static final String CAST = "InsertedPrecisionFreeCast_";
    /** What sorts: behind it a tensor's order says who came first, not what is where. */
    private static final Set<String> SORTING = Set.of("TopK", "NonMaxSuppression");

    private final OnnxGraph graph;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<Node, Step> steps = new HashMap<>();
    private final Map<Node, Set<Weights>> weights = new LinkedHashMap<>();

    /**
     * Puts both together.
     *
     * @param plain the steps of a run in which nothing was merged
     */
    Network(OnnxGraph graph, List<Step> plain) {
        this.graph = graph;
        Map<String, Step> byName = new HashMap<>();
        plain.forEach(step -> byName.putIfAbsent(step.name(), step));
        Set<Weights> seen = new HashSet<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            // The runtime calls what has no name by its type and number.
            String name = node.name().isEmpty() ? node.op() + "_" + i : node.name();
            Optional.ofNullable(byName.get(name))
                    .filter(step -> step.op().equals(node.op()))
                    .ifPresent(step -> steps.put(node, step));
            node.outputs().forEach(output -> producers.put(output, node));
            Set<Weights> own = new LinkedHashSet<>(weightsOf(node));
            own.removeIf(tensor -> !seen.add(tensor));
            weights.put(node, own);
        }
    }

    /** The learned tensors a node takes, in whatever form they are stored. */
    private List<Weights> weightsOf(Node node) {
        List<Weights> found = new ArrayList<>();
        if (PASSING.contains(node.op()) || MOVED_BY.contains(node.op())) {
            return found;
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            // Of a convolution on integers only the weights and the bias were learned, not scales and zero points.
            boolean learned = !node.op().equals("QLinearConv") || i == 3 || i == 8;
            Weights tensor = learned ? constant(node.inputs().get(i)) : null;
            if (tensor != null && NUMBERS.contains(tensor.type())) {
                found.add(tensor);
            }
        }
        return found;
    }

    /** The stored tensor behind a name, or null. */
    private Weights constant(String name) {
        String at = name;
        Node through = producers.get(at);
        while (through != null && PASSING.contains(through.op())) {
            at = through.inputs().get(0);
            through = producers.get(at);
        }
        return graph.weights().get(at);
    }

    long parameters() {
        return graph.nodes().stream().mapToLong(this::parameters).sum();
    }

    long parameters(Node node) {
        return weights.get(node).stream().mapToLong(Weights::elements).sum();
    }

    /** Element type of a node's largest learned tensor, in the words of precisions; empty without one. */
    String stored(Node node) {
        return weights.get(node).stream()
                .max((a, b) -> Long.compare(a.elements(), b.elements()))
                .map(tensor -> precision(tensor.type()))
                .orElse("");
    }

    /** {@code fp32} for {@code float} or {@code float32}, and so on; {@code int8} for signed and unsigned bytes. */
    static String precision(String type) {
        return switch (type) {
            case "float", "float32" -> "fp32";
            case "float16" -> "fp16";
            case "bfloat16" -> "bf16";
            case "double", "float64" -> "fp64";
            case "int8", "uint8" -> "int8";
            default -> type;
        };
    }

    long operations() {
        return graph.nodes().stream().mapToLong(this::operations).sum();
    }

    long operations(Node node) {
        Step step = steps.get(node);
        return step == null ? 0 : Arithmetic.operations(step);
    }

    /** Shape of a node's first output, if it ran. */
    Optional<List<Long>> shape(Node node) {
        return Optional.ofNullable(steps.get(node))
                .filter(step -> !step.outputs().isEmpty())
                .map(step -> step.outputs().get(0).shape());
    }

    long weightBytes() {
        return graph.weights().values().stream().mapToLong(Weights::bytes).sum();
    }

    /** How many there are of each type of operation. */
    Map<String, Integer> operators() {
        Map<String, Integer> operators = new TreeMap<>();
        graph.nodes().forEach(node -> operators.merge(node.op(), 1, Integer::sum));
        return operators;
    }

    /** The most that tensors between operations need at a time, each kept until its last use; weights apart. */
    long peakActivationBytes() {
        Map<String, Integer> lastUse = new HashMap<>();
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            int at = i;
            nodes.get(i).inputs().forEach(input -> lastUse.put(input, at));
        }
        graph.outputs().forEach(output -> lastUse.put(output, nodes.size()));
        Map<String, Long> live = new HashMap<>();
        long now = 0;
        long most = 0;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            Step step = steps.get(node);
            for (int o = 0;
                    step != null
                            && o
                                    < Math.min(
                                            step.outputs().size(),
                                            node.outputs().size());
                    o++) {
                long bytes = step.outputs().get(o).bytes();
                live.put(node.outputs().get(o), bytes);
                now += bytes;
            }
            most = Math.max(most, now);
            for (String input : node.inputs()) {
                Long bytes = lastUse.get(input) == i ? live.remove(input) : null;
                now -= bytes == null ? 0 : bytes;
            }
        }
        return most;
    }

    /**
     * For each operation that ran, the file's operations done in it. What the runtime calls its operations leads back
     * to a tensor of the file; everything that tensor needs, back to tensors other operations give, is part of it.
     */
    Map<Step, List<Node>> merged(List<Step> ran, OnnxGraph runGraph) {
        Map<String, Node> runNodes = new HashMap<>();
        runGraph.nodes().forEach(node -> runNodes.putIfAbsent(node.name(), node));
        Map<Step, Set<String>> targets = new LinkedHashMap<>();
        Set<String> borders = new HashSet<>();
        for (Step step : ran) {
            Set<String> given = targets(step, runNodes.get(step.name()));
            targets.put(step, given);
            borders.addAll(given);
        }
        // What computes goes first: the runtime may hand its result on through copies that end in the file's tensor.
        Set<Node> claimed = new HashSet<>();
        Map<Step, List<Node>> merged = new LinkedHashMap<>();
        for (boolean computing : new boolean[] {true, false}) {
            targets.forEach((step, given) -> {
                if (Arithmetic.operations(step) > 0 == computing) {
                    merged.put(step, behind(given, borders, claimed));
                }
            });
        }
        return merged;
    }

    /** The file's tensors a step gives. */
    private Set<String> targets(Step step, Node node) {
        Set<String> targets = new LinkedHashSet<>();
        List<String> names = new ArrayList<>(node == null ? List.of() : node.outputs());
        names.add(step.name());
        boolean casting = step.op().equals("Cast") && step.name().startsWith(CAST);
        for (String name : names) {
            if (!casting && producers.containsKey(fileName(name))) {
                targets.add(fileName(name));
            }
        }
        if (targets.isEmpty() || Arithmetic.operations(step) > 0) {
            graph.nodes().stream()
                    .filter(original ->
                            !original.name().isEmpty() && original.name().equals(fileName(step.name())))
                    .forEach(original -> targets.addAll(original.outputs()));
        }
        return targets;
    }

    /** A name without what the runtime adds to it. */
    private static String fileName(String name) {
        return name.replaceFirst("^" + CAST, "").replaceFirst("(_nchwc)?(_token_\\d+)?$", "");
    }

    private List<Node> behind(Set<String> targets, Set<String> borders, Set<Node> claimed) {
        Set<Node> found = new HashSet<>();
        List<String> open = new ArrayList<>(targets);
        while (!open.isEmpty()) {
            Node node = producers.get(open.remove(open.size() - 1));
            if (node != null && claimed.add(node)) {
                found.add(node);
                node.inputs().stream().filter(input -> !borders.contains(input)).forEach(open::add);
            }
        }
        return graph.nodes().stream().filter(found::contains).toList();
    }

    /**
     * What those that use a tensor get of it: the tensor, or what is left of it after quantising, which may hold a
     * clamp that was an operation of its own before.
     */
    String used(String tensor) {
        List<Node> users = users(tensor);
        if (users.size() == 1 && users.get(0).op().equals("QuantizeLinear")) {
            List<Node> readers = users(users.get(0).outputs().get(0));
            if (!readers.isEmpty() && readers.get(0).op().equals("DequantizeLinear")) {
                return readers.get(0).outputs().get(0);
            }
        }
        return tensor;
    }

    private List<Node> users(String tensor) {
        return graph.nodes().stream()
                .filter(node -> node.inputs().contains(tensor))
                .toList();
    }

    /** Tensors that hold things in an order of their own, which cannot be compared number by number. */
    Set<String> sorted() {
        Set<String> sorted = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (SORTING.contains(node.op()) || node.inputs().stream().anyMatch(sorted::contains)) {
                sorted.addAll(node.outputs());
            }
        }
        return sorted;
    }

    /** Whether an operation only changes how numbers are written. */
    static boolean isQuantiser(Node node) {
        return QUANTISERS.contains(node.op());
    }
}
