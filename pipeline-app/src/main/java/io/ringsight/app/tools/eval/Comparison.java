package io.ringsight.app.tools.eval;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.model.Gate;
import io.ringsight.app.config.model.Gate.Fall;
import io.ringsight.core.model.ModelSpec;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A model against the one it was made of, on the same pictures.
 *
 * @param reference the one it was made of
 * @param candidate what became of it
 * @param maxDrop the most its mean average precisions may fall
 */
record Comparison(Accuracy reference, Accuracy candidate, double maxDrop) {
    private static final double MICRO = 1e6;

    /** Complains unless both models find the same classes under the same names: else their figures mean nothing. */
    static void checkLabels(ModelSpec reference, ModelSpec candidate) {
        List<String> expected = reference.labels();
        List<String> came = candidate.labels();
        if (expected.size() != came.size()) {
            throw CommandException.usage("ringsight: --compare: expected models of the same classes, but "
                    + reference.weights().file() + " has " + expected.size() + " and "
                    + candidate.weights().file() + " has "
                    + came.size());
        }
        for (int i = 0; i < came.size(); i++) {
            if (!expected.get(i).equals(came.get(i))) {
                throw CommandException.usage("ringsight: --compare: expected models of the same classes, but class "
                        + i + " is '" + expected.get(i) + "' in "
                        + reference.weights().file() + " and '" + came.get(i) + "' in "
                        + candidate.weights().file());
            }
        }
    }

    /** What goes into the candidate's YAML. */
    Gate gate() {
        Fall mAP = fall(reference.means().mAP(), candidate.means().mAP());
        Fall mAP50to95 = fall(reference.means().mAP50to95(), candidate.means().mAP50to95());
        Map<String, Optional<Double>> losses = new LinkedHashMap<>();
        for (int c = 0; c < reference.ofClasses().size(); c++) {
            double loss =
                    rounded(reference.ofClasses().get(c) - candidate.ofClasses().get(c));
            losses.put(candidate.model().label(c), Double.isNaN(loss) ? Optional.empty() : Optional.of(loss));
        }
        return new Gate(
                Gate.isPassed(mAP, mAP50to95, maxDrop),
                candidate.model().weights().sha256(),
                Gate.settings(candidate.model()),
                new Gate.Reference(
                        reference.model().name(), reference.model().weights().sha256()),
                new Gate.Measure(candidate.pictures(), candidate.iou(), maxDrop),
                mAP,
                mAP50to95,
                losses);
    }

    private static Fall fall(double reference, double candidate) {
        return new Fall(rounded(reference), rounded(candidate));
    }

    /** Six decimals, as the gate is written; NaN stays one. */
    private static double rounded(double value) {
        return Double.isNaN(value) ? value : Math.rint(value * MICRO) / MICRO;
    }

    /** The verdict in one sentence. */
    String verdict() {
        Gate gate = gate();
        String fell = String.format(
                Locale.ROOT,
                "mAP %s at IoU %.2f and %s at 0.50 to 0.95; at most %s may be lost",
                change(gate.mAP()),
                candidate.iou(),
                change(gate.mAP50to95()),
                maxDrop);
        return fell + (gate.passed() || gate.lostMost().isEmpty() ? "" : "; AP lost: " + gate.lostMost());
    }

    private static String change(Fall fall) {
        return String.format(Locale.ROOT, fall.drop() >= 0 ? "fell by %.4f" : "rose by %.4f", Math.abs(fall.drop()));
    }

    /** What {@code --json} prints. */
    Map<String, Object> fields() {
        Gate gate = gate();
        Map<String, Object> drop = new LinkedHashMap<>();
        drop.put("mAP", gate.mAP().drop());
        drop.put("mAP50_95", gate.mAP50to95().drop());
        Map<String, Double> losses = new LinkedHashMap<>();
        gate.losses().forEach((name, loss) -> loss.ifPresent(value -> losses.put(name, value)));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("passed", gate.passed());
        fields.put("images", candidate.pictures());
        fields.put("iou", candidate.iou());
        fields.put("maxDrop", maxDrop);
        fields.put("drop", drop);
        fields.put("losses", losses);
        fields.put("speedUp", candidate.fps() / reference.fps());
        fields.put("reference", fields(reference));
        fields.put("candidate", fields(candidate));
        return fields;
    }

    private static Map<String, Object> fields(Accuracy accuracy) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", accuracy.model().name());
        fields.put("precision", accuracy.model().weights().precision());
        fields.put("sha256", accuracy.model().weights().sha256());
        fields.putAll(accuracy.fields());
        return fields;
    }

    void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d pictures%n  reference  %s, %s, %s%n  candidate  %s, %s, %s%n%n",
                candidate.pictures(),
                reference.model().name(),
                reference.model().weights().precision(),
                reference.model().weights().file(),
                candidate.model().name(),
                candidate.model().weights().precision(),
                candidate.model().weights().file());
        List<Row> rows = rows();
        int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
        String format = "  %-" + width + "s  %9s  %9s  %8s%n";
        out.printf(Locale.ROOT, format, "", "reference", "candidate", "change");
        for (Row row : rows) {
            out.printf(Locale.ROOT, format, row.name(), row.reference(), row.candidate(), row.change());
        }
        out.printf(Locale.ROOT, "%n%s: %s%n", gate().passed() ? "passed" : "failed", verdict());
    }

    private record Row(String name, String reference, String candidate, String change) {
        static Row of(String name, double reference, double candidate) {
            return new Row(
                    name,
                    String.format(Locale.ROOT, "%.4f", reference),
                    String.format(Locale.ROOT, "%.4f", candidate),
                    String.format(Locale.ROOT, "%+.4f", candidate - reference));
        }
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        Map<String, Double> after = candidate.classes();
        reference.classes().forEach((name, value) -> rows.add(Row.of("AP " + name, value, after.get(name))));
        rows.add(Row.of(
                String.format(Locale.ROOT, "mAP at IoU %.2f", candidate.iou()),
                reference.means().mAP(),
                candidate.means().mAP()));
        rows.add(Row.of(
                "mAP at IoU 0.50", reference.means().mAP50(), candidate.means().mAP50()));
        rows.add(Row.of(
                "mAP at 0.50 to 0.95",
                reference.means().mAP50to95(),
                candidate.means().mAP50to95()));
        rows.add(Row.of(
                "best F-score", reference.best().score(), candidate.best().score()));
        rows.add(Row.of(
                "  at confidence",
                reference.best().threshold(),
                candidate.best().threshold()));
        rows.add(new Row(
                "pictures a second",
                String.format(Locale.ROOT, "%.1f", reference.fps()),
                String.format(Locale.ROOT, "%.1f", candidate.fps()),
                String.format(Locale.ROOT, "x%.2f", candidate.fps() / reference.fps())));
        return rows;
    }
}
