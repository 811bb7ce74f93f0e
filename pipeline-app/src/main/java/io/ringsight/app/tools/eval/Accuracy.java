package io.ringsight.app.tools.eval;

import io.ringsight.core.model.ModelSpec;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How good one model was found to be.
 *
 * @param model what was measured
 * @param pictures how many it was measured on
 * @param iou overlap from which a box counts as right, for {@code means.mAP}, {@code ofClasses} and {@code best}
 * @param means over all classes
 * @param best the best balance of precision and recall
 * @param ofClasses average precision by class id; NaN for a class without objects
 * @param fps pictures a second
 */
record Accuracy(
        ModelSpec model,
        int pictures,
        double iou,
        Means means,
        AveragePrecision.BestScore best,
        List<Double> ofClasses,
        double fps) {
    /**
     * Mean average precisions over all classes.
     *
     * @param mAP at the wanted overlap
     * @param mAP50 at 0.50
     * @param mAP50to95 over 0.50 to 0.95
     */
    record Means(double mAP, double mAP50, double mAP50to95) {}

    static Accuracy of(ModelSpec model, List<Scored> scored, double iou, double fps) {
        AveragePrecision precision = new AveragePrecision(scored, model.labels().size());
        double[] ofClasses = precision.ofClasses(iou);
        return new Accuracy(
                model,
                scored.size(),
                iou,
                new Means(AveragePrecision.mean(ofClasses), precision.mean(0.5), precision.mean50to95()),
                precision.bestScore(iou),
                Arrays.stream(ofClasses).boxed().toList(),
                fps);
    }

    /** Average precision of the classes that have objects, by name. */
    Map<String, Double> classes() {
        Map<String, Double> classes = new LinkedHashMap<>();
        for (int c = 0; c < ofClasses.size(); c++) {
            if (!ofClasses.get(c).isNaN()) {
                classes.put(model.label(c), ofClasses.get(c));
            }
        }
        return classes;
    }

    /** Prints it for people. */
    void print(PrintWriter out) {
        out.printf(Locale.ROOT, "%s on %d pictures, %.1f pictures a second%n%n", model.name(), pictures, fps);
        Map<String, Double> classes = classes();
        int width = classes.keySet().stream().mapToInt(String::length).max().orElse(0);
        classes.forEach(
                (name, value) -> out.printf(Locale.ROOT, "  %-" + Math.max(width, 12) + "s  AP %.4f%n", name, value));
        out.printf(Locale.ROOT, "%n  mAP at IoU %.2f      %.4f%n", iou, means.mAP);
        out.printf(Locale.ROOT, "  mAP at IoU 0.50      %.4f%n", means.mAP50);
        out.printf(Locale.ROOT, "  mAP at 0.50 to 0.95  %.4f%n", means.mAP50to95);
        out.printf(
                Locale.ROOT,
                "  best F-score         %.4f at confidence %.3f (IoU %.2f)%n",
                best.score(),
                best.threshold(),
                iou);
    }

    /** What {@code --json} prints of one model. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("images", pictures);
        fields.put("mAP", means.mAP);
        fields.put("mAP50", means.mAP50);
        fields.put("mAP50_95", means.mAP50to95);
        fields.put("fScore", best.score());
        fields.put("threshold", best.threshold());
        fields.put("classes", classes());
        fields.put("fps", fps);
        return fields;
    }
}
