package io.ringsight.app.tools.inspect;

import io.ringsight.core.infer.onnx.Likeness;
import io.ringsight.core.infer.onnx.OnnxGraph;
import io.ringsight.core.infer.onnx.OnnxGraph.Node;
import io.ringsight.core.infer.onnx.OnnxTrial;
import io.ringsight.core.infer.onnx.OnnxTrial.Profile;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds out about a model by running it: once as its file says, for shapes, and some times as a lane does, for times.
 * Both runs' profiles go into a folder of their own, which is deleted.
 */
final class Inspector {
    private static final int WARM_UP_RUNS = 3;
    private static final String NONE = "";

    private final ModelSpec model;
    private final ByteBuffer input;
    private final OnnxTrial trial;
    private final int pictures;

    /**
     * For one model.
     *
     * @param input one picture as its tensor
     */
    Inspector(ModelSpec model, ByteBuffer input) {
        this.model = model;
        this.input = input;
        trial = new OnnxTrial(model, input);
        pictures = Math.max(1, model.input().fixedBatch());
    }

    /**
     * Runs the model.
     *
     * @param reference what to compare it with, on its own input, if anything
     * @param runs how many runs to take the fastest of
     * @param picture what the input was made of, for people
     */
    Inspection inspect(Optional<Inspector> reference, int runs, String picture) throws IOException, ModelException {
        Path folder = Files.createTempDirectory("ringsight-inspect-");
        try {
            OnnxGraph graph = OnnxGraph.read(model.weights().file());
            Network network =
                    new Network(graph, Step.read(trial.profile(false, 1, folder).log()));
            Profile profile = trial.profile(true, WARM_UP_RUNS + runs, folder);
            List<Step> steps = Step.read(profile.log());
            Map<Step, List<Node>> merged = network.merged(steps, profile.graph());
            Map<Step, Likeness> likeness =
                    reference.isPresent() ? likeness(reference.get(), merged, network) : Map.of();
            CorePeak machine = CorePeak.measure(Clock.system());
            List<Layer> layers = new ArrayList<>();
            for (Step step : steps) {
                layers.add(layer(step, merged.get(step), network, machine, Optional.ofNullable(likeness.get(step))));
            }
            return new Inspection(
                    model,
                    reference.map(other -> other.model),
                    graph,
                    new Inspection.Size(
                            Files.size(model.weights().file()),
                            network.parameters(),
                            network.operations() / pictures,
                            network.weightBytes(),
                            network.peakActivationBytes(),
                            network.operators()),
                    layers,
                    new Inspection.Timing(pictureUs(steps) / pictures, runs, machine, picture));
        } finally {
            delete(folder);
        }
    }

    private Layer layer(Step step, List<Node> nodes, Network network, CorePeak machine, Optional<Likeness> likeness) {
        // What computes most gives the layer its name; among those that compute nothing, no quantiser if possible.
        Comparator<Node> byArithmetic = Comparator.comparingLong(network::operations);
        Optional<Node> main = nodes.stream()
                .max(byArithmetic
                        .thenComparing(node -> !Network.isQuantiser(node))
                        .thenComparing(nodes::indexOf));
        String precision = precision(step);
        // The file's batch is what runs; figures are of one picture.
        long operations = nodes.stream().mapToLong(network::operations).sum();
        List<String> merged = nodes.stream()
                .filter(node -> network.operations(node) > 0 || node == main.get())
                .map(Node::op)
                .toList();
        return new Layer(
                main.map(Node::name).filter(name -> !name.isEmpty()).orElse(step.name()),
                step.op(),
                merged,
                main.map(network::stored).orElse(NONE),
                precision,
                main.flatMap(network::shape)
                        .orElseGet(() -> step.outputs().isEmpty()
                                ? List.of()
                                : step.outputs().get(0).shape()),
                new Layer.Work(
                        nodes.stream().mapToLong(network::parameters).sum(),
                        operations / pictures,
                        step.bytes(),
                        machine.leastUs(precision, operations, step.bytes()) / pictures,
                        step.fastestUs(WARM_UP_RUNS) / pictures),
                likeness);
    }

    /** What a step computes in: the type of its first input, or bytes where its first input is their scale. */
    private static String precision(Step step) {
        if (step.op().startsWith("QLinear")) {
            return Network.precision("int8");
        }
        return step.inputs().isEmpty()
                ? NONE
                : Network.precision(step.inputs().get(0).type());
    }

    /** Compares the last tensor of each layer that the reference has, too, but for those that are sorted. */
    private Map<Step, Likeness> likeness(Inspector reference, Map<Step, List<Node>> merged, Network network)
            throws ModelException {
        Set<String> theirs = new HashSet<>();
        OnnxGraph.read(reference.model.weights().file()).nodes().forEach(node -> theirs.addAll(node.outputs()));
        theirs.removeAll(network.sorted());
        Map<Step, String> tensors = new HashMap<>();
        merged.forEach((step, nodes) -> nodes.stream()
                .flatMap(node -> node.outputs().stream())
                .filter(theirs::contains)
                .forEach(tensor -> tensors.put(step, tensor)));
        Map<String, String> pairs = new LinkedHashMap<>();
        tensors.values().forEach(tensor -> pairs.put(network.used(tensor), tensor));
        Map<String, Likeness> byName = trial.likeness(reference.trial, pairs);
        Map<Step, Likeness> likeness = new HashMap<>();
        tensors.forEach((step, tensor) ->
                Optional.ofNullable(byName.get(network.used(tensor))).ifPresent(value -> likeness.put(step, value)));
        return likeness;
    }

    /** The fastest whole run. */
    private static double pictureUs(List<Step> steps) {
        int runs = steps.stream().mapToInt(step -> step.runsUs().size()).min().orElse(0);
        return IntStream.range(WARM_UP_RUNS, runs)
                .mapToDouble(run ->
                        steps.stream().mapToLong(step -> step.runsUs().get(run)).sum())
                .min()
                .orElse(Double.NaN);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
