package io.ringsight.app.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Mean average precision of messages against YOLO label files, worked out here and not by the product: each detection,
 * highest confidence first, takes the best free true box of its class in its frame; the area under the precision
 * envelope over all recall values (all-point interpolation), averaged over the classes that have true boxes.
 */
final class AveragePrecision {
    private final double iou;
    private final Map<Integer, List<Hit>> hits = new TreeMap<>();
    private final Map<Integer, Integer> truths = new TreeMap<>();

    AveragePrecision(double iou) {
        this.iou = iou;
    }

    /** Adds one frame message and its truth. */
    void add(Json frame, Path labels) throws IOException {
        double width = frame.object("frame").integer("width");
        double height = frame.object("frame").integer("height");
        List<Box> free = new ArrayList<>();
        for (String line : Files.readAllLines(labels)) {
            String[] f = line.strip().split("\\s+");
            double w = Double.parseDouble(f[3]) * width;
            double h = Double.parseDouble(f[4]) * height;
            Box truth = new Box(
                    Integer.parseInt(f[0]),
                    Double.parseDouble(f[1]) * width - w / 2,
                    Double.parseDouble(f[2]) * height - h / 2,
                    w,
                    h);
            free.add(truth);
            truths.merge(truth.classId, 1, Integer::sum);
        }
        frame.objects("objects").stream()
                .sorted(Comparator.comparingDouble((Json object) -> -object.real("confidence")))
                .forEach(object -> hits.computeIfAbsent((int) object.integer("classId"), id -> new ArrayList<>())
                        .add(new Hit(object.real("confidence"), take(free, Box.of(object)))));
    }

    /** Mean over the classes. */
    double mean() {
        return truths.keySet().stream().mapToDouble(this::ofClass).average().orElse(0);
    }

    private boolean take(List<Box> free, Box found) {
        Box best = free.stream()
                .filter(truth -> truth.classId == found.classId && truth.iou(found) >= iou)
                .max(Comparator.comparingDouble(truth -> truth.iou(found)))
                .orElse(null);
        return free.remove(best);
    }

    private double ofClass(int classId) {
        List<Hit> sorted = new ArrayList<>(hits.getOrDefault(classId, List.of()));
        sorted.sort(Comparator.comparingDouble(hit -> -hit.confidence));
        double[] precision = new double[sorted.size()];
        int right = 0;
        for (int i = 0; i < precision.length; i++) {
            right += sorted.get(i).isRight ? 1 : 0;
            precision[i] = right / (i + 1.0);
        }
        double area = 0;
        double envelope = 0;
        for (int i = precision.length - 1; i >= 0; i--) {
            envelope = Math.max(envelope, precision[i]);
            area += sorted.get(i).isRight ? envelope / truths.get(classId) : 0;
        }
        return area;
    }

    private record Hit(double confidence, boolean isRight) {}

    private record Box(int classId, double left, double top, double width, double height) {
        static Box of(Json object) {
            Json box = object.object("bbox");
            return new Box(
                    (int) object.integer("classId"),
                    box.real("left"),
                    box.real("top"),
                    box.real("width"),
                    box.real("height"));
        }

        double iou(Box other) {
            double w = Math.min(left + width, other.left + other.width) - Math.max(left, other.left);
            double h = Math.min(top + height, other.top + other.height) - Math.max(top, other.top);
            double common = Math.max(0, w) * Math.max(0, h);
            return common / (width * height + other.width * other.height - common);
        }
    }
}
