package io.ringsight.app.config.model;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a model was found to have lost against the model it was made of: the {@code gate} section of a model YAML. It
 * covers the ONNX file, the names of the classes and how pictures are put in; when one of them is another than was
 * measured, the figures say nothing. It guards against mistakes, not against somebody who writes false figures.
 *
 * @param passed whether the loss was small enough
 * @param sha256 of the ONNX file that was measured
 * @param settings how pictures were put in and detections read, see {@link #settings(ModelSpec)}
 * @param reference the model it was measured against
 * @param measure what both were measured by
 * @param mAP mean average precision at {@code measure.iou}
 * @param mAP50to95 mean average precision over the overlaps 0.50 to 0.95
 * @param losses what each class lost of its average precision at {@code measure.iou} (negative: it gained), by name in the
 *     order of the class ids; nothing for classes the pictures have no object of
 */
public record Gate(
        boolean passed,
        String sha256,
        String settings,
        Reference reference,
        Measure measure,
        Fall mAP,
        Fall mAP50to95,
        Map<String, Optional<Double>> losses) {
    private static final int MAX_CLASSES_NAMED = 5;
    private static final int HASH_SHOWN = 12;

    /**
     * The model it was measured against.
     *
     * @param name its name
     * @param sha256 of its ONNX file
     */
    public record Reference(String name, String sha256) {}

    /**
     * What both were measured by.
     *
     * @param pictures how many there were
     * @param iou overlap from which a box counted as right, for {@code mAP} and {@code losses}
     * @param maxDrop the most either mean average precision may fall
     */
    public record Measure(int pictures, double iou, double maxDrop) {}

    /**
     * A figure of both models.
     *
     * @param reference what the reference has
     * @param candidate what this model has
     */
    public record Fall(double reference, double candidate) {
        /** How much smaller the candidate's is. */
        public double drop() {
            return reference - candidate;
        }

        private String text() {
            return String.format(Locale.ROOT, "from %.4f to %.4f", reference, candidate);
        }
    }

    /**
     * Why a model must not be run.
     *
     * @param key the key in the {@code gate} section to look at
     * @param sentence what was expected, what it got, what to do
     */
    record Objection(String key, String sentence) {}

    /** Whether the figures themselves are good enough. */
    public static boolean isPassed(Fall mAP, Fall mAP50to95, double maxDrop) {
        // Figures have six decimals; a NaN passes nothing.
        double most = maxDrop + 5e-7;
        return mAP.drop() <= most && mAP50to95.drop() <= most;
    }

    /** How a model's pictures are put in and its output is read, but for its classes: one line. */
    public static String settings(ModelSpec model) {
        ModelInput input = model.input();
        Boxes boxes = model.output().boxes();
        return input.width() + "x" + input.height() + " " + input.order().name().toLowerCase(Locale.ROOT) + " "
                + (input.scale() == 1 ? "0..255" : "0..1") + " "
                + (input.padding().placement() == Placement.CENTER ? "center" : "top-left") + " "
                + input.padding().value() + " "
                + model.output().head().wireName()
                + (boxes == model.output().head().usualBoxes() ? "" : " " + boxes.wireName());
    }

    /**
     * What speaks against running {@code model}, if anything does.
     *
     * @param yaml the file this gate stands in
     */
    Optional<Objection> objection(ModelSpec model, Path yaml) {
        String again = "; measure it again with 'ringsight eval --compare REFERENCE " + yaml
                + " --write-gate ...', or run it all the same with --force-model";
        if (!sha256.equals(model.weights().sha256())) {
            return Optional.of(new Objection(
                    "sha256",
                    "expected " + model.weights().file() + " as it was measured (sha256 " + shown(sha256)
                            + "), but it has changed (sha256 "
                            + shown(model.weights().sha256()) + ")" + again));
        }
        if (!List.copyOf(losses.keySet()).equals(model.labels())) {
            return Optional.of(new Objection(
                    "losses",
                    "expected the labels the model was measured with, but " + difference(model.labels()) + again));
        }
        if (!settings.equals(settings(model))) {
            return Optional.of(new Objection(
                    "settings",
                    "expected the settings the model was measured with, " + settings + ", got " + settings(model)
                            + again));
        }
        if (!passed || !isPassed(mAP, mAP50to95, measure.maxDrop)) {
            return Optional.of(new Objection("passed", failure()));
        }
        return Optional.empty();
    }

    private String difference(List<String> labels) {
        List<String> measured = List.copyOf(losses.keySet());
        if (measured.size() != labels.size()) {
            return "there were " + measured.size() + " and now there are " + labels.size();
        }
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            if (!labels.get(i).equals(measured.get(i))) {
                differences.add("class " + i + " was " + YamlObject.quoted(measured.get(i)) + " and now is "
                        + YamlObject.quoted(labels.get(i)));
            }
        }
        int more = differences.size() - MAX_CLASSES_NAMED;
        return differences.stream().limit(MAX_CLASSES_NAMED).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more differ" : "");
    }

    private String failure() {
        return String.format(
                Locale.ROOT,
                "expected a model that has lost at most %s of the mAP of %s (sha256 %s), but on %d pictures it fell %s"
                        + " at IoU %.2f and %s at 0.50 to 0.95%s; make it again with more of its layers in higher"
                        + " precision, or run it all the same with --force-model",
                measure.maxDrop,
                reference.name,
                shown(reference.sha256),
                measure.pictures,
                mAP.text(),
                measure.iou,
                mAP50to95.text(),
                lostMost().isEmpty() ? "" : "; AP lost: " + lostMost());
    }

    /** The classes that lost more than the mean may, worst first. */
    public String lostMost() {
        return losses.entrySet().stream()
                .filter(entry -> entry.getValue().orElse(0.0) > measure.maxDrop)
                .sorted(Comparator.comparing(entry -> -entry.getValue().orElseThrow()))
                .limit(MAX_CLASSES_NAMED)
                .map(entry -> String.format(
                        Locale.ROOT, "%s %.4f", entry.getKey(), entry.getValue().orElseThrow()))
                .collect(Collectors.joining(", "));
    }

    private static String shown(String sha256) {
        return sha256.substring(0, Math.min(HASH_SHOWN, sha256.length()));
    }
}
