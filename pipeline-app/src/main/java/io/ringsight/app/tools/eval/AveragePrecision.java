package io.ringsight.app.tools.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * How good detections are. Average precision is the area under the precision-recall curve with precision made falling
 * (all-point interpolation, Pascal VOC 2010 and later); the mean is over the classes that have objects.
 */
final class AveragePrecision {
    private final Collection<Scored> pictures;
    private final int classes;
    private final int[] objects;

    AveragePrecision(Collection<Scored> pictures, int classes) {
        this.pictures = pictures;
        this.classes = classes;
        objects = new int[classes];
        pictures.forEach(picture -> Arrays.stream(picture.truth.classIds()).forEach(c -> objects[c]++));
    }

    /**
     * The best balance of precision and recall, all classes together.
     *
     * @param score F-score, 0..1
     * @param threshold confidence at which it is reached
     */
    record BestScore(double score, double threshold) {}

    /** One detection: how sure, and whether right. */
    private record Hit(float confidence, boolean right) {}

    /** Average precision of each class at an overlap; NaN for a class without objects. */
    double[] ofClasses(double iou) {
        List<List<Hit>> hits = hits(iou);
        double[] precision = new double[classes];
        for (int c = 0; c < classes; c++) {
            precision[c] = objects[c] == 0 ? Double.NaN : area(hits.get(c), objects[c]);
        }
        return precision;
    }

    /** Mean of {@link #ofClasses}; NaN if there is no object at all. */
    double mean(double iou) {
        return mean(ofClasses(iou));
    }

    /** Mean over the overlaps 0.50, 0.55, ... 0.95, as COCO has it. */
    double mean50to95() {
        double sum = 0;
        for (int step = 0; step < 10; step++) {
            sum += mean(0.5 + 0.05 * step);
        }
        return sum / 10;
    }

    static double mean(double[] precisions) {
        return Arrays.stream(precisions)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
    }

    /** F = 2 right / (found + there), best over all thresholds. */
    BestScore bestScore(double iou) {
        List<Hit> all = new ArrayList<>();
        hits(iou).forEach(all::addAll);
        sort(all);
        int there = Arrays.stream(objects).sum();
        int right = 0;
        BestScore best = new BestScore(0, 1);
        for (int i = 0; i < all.size(); i++) {
            right += all.get(i).right() ? 1 : 0;
            double score = 2.0 * right / (i + 1 + there);
            if (score > best.score()) {
                best = new BestScore(score, all.get(i).confidence());
            }
        }
        return best;
    }

    private List<List<Hit>> hits(double iou) {
        List<List<Hit>> hits = new ArrayList<>();
        for (int c = 0; c <= classes; c++) {
            hits.add(new ArrayList<>());
        }
        for (Scored picture : pictures) {
            boolean[] right = picture.matches(iou);
            for (int i = 0; i < right.length; i++) {
                // A class the labels do not have has no objects, so it has no precision either.
                hits.get(Math.min(picture.classIds[i], classes)).add(new Hit(picture.confidences[i], right[i]));
            }
        }
        return hits;
    }

    private static void sort(List<Hit> hits) {
        hits.sort((a, b) -> Float.compare(b.confidence(), a.confidence()));
    }

    private static double area(List<Hit> hits, int objects) {
        sort(hits);
        double[] precision = new double[hits.size()];
        int right = 0;
        for (int i = 0; i < precision.length; i++) {
            right += hits.get(i).right() ? 1 : 0;
            precision[i] = (double) right / (i + 1);
        }
        double area = 0;
        double best = 0;
        // From the end: the best precision at this recall or a higher one, for each step of recall.
        for (int i = precision.length - 1; i >= 0; i--) {
            best = Math.max(best, precision[i]);
            area += hits.get(i).right() ? best / objects : 0;
        }
        return area;
    }
}
