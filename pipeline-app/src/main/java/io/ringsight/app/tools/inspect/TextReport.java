package io.ringsight.app.tools.inspect;

import io.ringsight.core.infer.onnx.Likeness;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An inspection for a terminal. */
final class TextReport {
    private static final int MAX_NAME = 44;
    private static final int MAX_OP = 30;

    private final Inspection inspection;
    private final PrintWriter out;

    TextReport(Inspection inspection, PrintWriter out) {
        this.inspection = inspection;
        this.out = out;
    }

    /**
     * Prints it.
     *
     * @param most how many layers, those that take longest; 0 for all in their order
     */
    void print(int most) {
        summary().forEach(row -> out.printf(Locale.ROOT, "%-12s %s%n", row.get(0), row.get(1)));
        boolean compared = inspection.reference().isPresent();
        List<Layer> layers = inspection.layers();
        if (most > 0 && most < layers.size()) {
            out.printf(Locale.ROOT, "%nThe %d of %d layers that take longest%n", most, layers.size());
            layers = layers.stream()
                    .sorted(Comparator.comparingDouble(layer -> -layer.work().measuredUs()))
                    .limit(most)
                    .toList();
        } else {
            out.println();
        }
        List<List<String>> table = new ArrayList<>();
        List<String> title = new ArrayList<>(
                List.of("layer", "does", "output", "precision", "params", "MFLOPs", "least us", "took us", "share"));
        if (compared) {
            title.add("cosine");
        }
        table.add(title);
        layers.forEach(layer -> table.add(row(layer, compared)));
        print(table);
    }

    private List<List<String>> summary() {
        List<List<String>> rows = new ArrayList<>(identity());
        rows.addAll(size());
        rows.addAll(times());
        inspection
                .leastAlike()
                .ifPresent(layer -> rows.add(List.of(
                        "least alike",
                        String.format(
                                Locale.ROOT,
                                "%s, cosine %.5f with the reference",
                                layer.name(),
                                layer.likeness().map(Likeness::cosine).orElseThrow()))));
        return rows;
    }

    /** Which model it is, and what goes in and comes out. */
    private List<List<String>> identity() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "model",
                inspection.model().name() + ", " + inspection.model().weights().precision() + ", "
                        + inspection.model().weights().file()));
        inspection
                .reference()
                .ifPresent(reference -> rows.add(List.of(
                        "reference",
                        reference.name() + ", " + reference.weights().precision() + ", "
                                + reference.weights().file())));
        rows.add(List.of("input", inspection.inputText()));
        rows.add(List.of("", "shown " + inspection.model().input().preparation()));
        rows.add(List.of("output", inspection.outputText()));
        inspection.model().otherOutputs().forEach(output -> rows.add(List.of("", "not used: " + output)));
        rows.add(List.of(
                "written by",
                inspection.graph().producer() + ", operators "
                        + inspection.graph().opsets()));
        return rows;
    }

    /** What it holds and what it takes. */
    private List<List<String>> size() {
        return List.of(
                List.of("parameters", ReadableNumbers.count(inspection.size().parameters())),
                List.of(
                        "arithmetic",
                        ReadableNumbers.count(inspection.size().operations()) + "FLOPs a picture ("
                                + inspection.operationsByPrecision().entrySet().stream()
                                        .filter(entry -> entry.getValue() * 1000
                                                > inspection.size().operations())
                                        .map(entry -> entry.getKey() + " " + ReadableNumbers.count(entry.getValue()))
                                        .collect(Collectors.joining(", "))
                                + ")"),
                List.of(
                        "memory",
                        "file " + ReadableNumbers.bytes(inspection.size().fileBytes()) + ", weights "
                                + ReadableNumbers.bytes(inspection.size().weightBytes())
                                + ", between layers at most "
                                + ReadableNumbers.bytes(inspection.size().activationBytes())
                                + (inspection.batch() == 1 ? "" : " for " + inspection.batch() + " pictures")),
                List.of(
                        "operators",
                        inspection.size().operators().entrySet().stream()
                                .sorted(Comparator.comparing(entry -> -entry.getValue()))
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", "))));
    }

    private List<List<String>> times() {
        CorePeak machine = inspection.timing().machine();
        return List.of(
                List.of(
                        "time",
                        String.format(
                                Locale.ROOT,
                                "%.2f ms a picture on one core%s, each layer's fastest of %d runs (fastest whole run"
                                        + " %.2f ms); at the machine's best %.2f ms",
                                inspection.layersUs() / 1e3,
                                inspection.batch() == 1 ? "" : " (a run is of " + inspection.batch() + ")",
                                inspection.timing().runs(),
                                inspection.timing().pictureUs() / 1e3,
                                inspection.estimatedUs() / 1e3)),
                List.of(
                        "one core",
                        ReadableNumbers.count((long) machine.speed().float32PerS()) + "FLOP/s on fp32, "
                                + ReadableNumbers.count((long) machine.speed().int8PerS()) + "OP/s on int8, "
                                + ReadableNumbers.bytes((long) machine.bytesPerS()) + "/s"));
    }

    private List<String> row(Layer layer, boolean compared) {
        List<String> row = new ArrayList<>(List.of(
                cut(layer.name(), MAX_NAME),
                cut(layer.opText(), MAX_OP),
                layer.shapeText(),
                layer.precisionText(),
                layer.work().parameters() == 0
                        ? ""
                        : String.valueOf(layer.work().parameters()),
                layer.work().operations() == 0
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", layer.work().operations() / 1e6),
                String.format(Locale.ROOT, "%.0f", layer.work().estimatedUs()),
                String.format(Locale.ROOT, "%.0f", layer.work().measuredUs()),
                String.format(Locale.ROOT, "%.1f %%", 100 * layer.work().measuredUs() / inspection.layersUs())));
        if (compared) {
            row.add(layer.likeness()
                    .map(likeness -> String.format(Locale.ROOT, "%.5f", likeness.cosine()))
                    .orElse(""));
        }
        return row;
    }

    /** Names differ at their ends. */
    private static String cut(String text, int most) {
        return text.length() <= most ? text : "..." + text.substring(text.length() - most + 3);
    }

    private void print(List<List<String>> table) {
        int columns = table.get(0).size();
        for (List<String> row : table) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                int column = c;
                int width = table.stream()
                        .mapToInt(other -> other.get(column).length())
                        .max()
                        .orElse(0);
                boolean left = c < 4;
                String space = " ".repeat(width - row.get(c).length());
                line.append(left ? row.get(c) + space : space + row.get(c)).append("  ");
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
