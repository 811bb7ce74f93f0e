package io.ringsight.app.tools.detect;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.addWeighted;
import static org.bytedeco.opencv.global.opencv_imgproc.*;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.model.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Draws what was found into a picture: a box in the class's colour and a label with name and confidence, and
 * the number and trail of an object that is followed. Lines and
 * letters grow with the picture. Labels keep out of each other's way where they can.
 */
final class Painter {
    private static final int FONT = FONT_HERSHEY_DUPLEX;
    /** Letters are drawn this much larger and scaled down: smoother than OpenCV's own anti-aliasing. */
    private static final int OVERSAMPLING = 4;
    /** Height of a capital letter at font scale 1, in pixels. */
    private static final double CAPITAL = 22;
    /** How much of the class's colour lies over the inside of a small box. */
    private static final double TINT = 0.10;
    /** Share of the picture from which a box is not tinted: it would change the picture's own colours. */
    private static final double LARGE = 0.05;

    private final ModelSpec model;
    private final List<Rect> labels = new ArrayList<>();
    private final Trails trails = new Trails();

    Painter(ModelSpec model) {
        this.model = model;
    }

    /** A new video begins: what was followed is gone. */
    void begin() {
        trails.clear();
    }

    /** Draws all detections; those of low confidence first, so that the others stay in sight. */
    void draw(Mat picture, Detections found) {
        double size = Math.sqrt((double) picture.cols() * picture.rows());
        int line = Math.max(2, (int) Math.round(size / 400));
        trails.draw(picture, found, line);
        for (int i = found.size() - 1; i >= 0; i--) {
            drawBox(picture, box(picture, found, i), found.classId(i), line);
        }
        labels.clear();
        double letter = Math.max(7, Math.min(size / 75, 34));
        for (int i = 0; i < found.size(); i++) {
            drawLabel(picture, box(picture, found, i), found.classId(i), text(found, i), letter);
        }
    }

    private String text(Detections found, int index) {
        String name = model.label(found.classId(index)).replaceAll("[^\\x20-\\x7e]", "?");
        if (found.track(index) != Detections.NO_TRACK) {
            name += " #" + found.track(index);
        }
        return name + String.format(Locale.ROOT, " %.2f", found.confidence(index));
    }

    private static Rect box(Mat picture, Detections found, int i) {
        int left = clamp(Math.round(found.left(i)), picture.cols() - 1);
        int top = clamp(Math.round(found.top(i)), picture.rows() - 1);
        int right = clamp(Math.round(found.left(i) + found.width(i)), picture.cols());
        int bottom = clamp(Math.round(found.top(i) + found.height(i)), picture.rows());
        return new Rect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
    }

    private static int clamp(int value, int limit) {
        return Math.max(0, Math.min(value, limit));
    }

    private static void drawBox(Mat picture, Rect box, int classId, int line) {
        if ((double) box.width() * box.height() < LARGE * picture.rows() * picture.cols()) {
            tint(picture, box, classId);
        }
        // A dark seam on both sides keeps the line visible on any ground.
        rectangle(picture, box, Palette.seamOf(classId), line + Math.max(1, line / 2), LINE_AA, 0);
        rectangle(picture, box, Palette.of(classId), line, LINE_AA, 0);
    }

    private static void tint(Mat picture, Rect box, int classId) {
        try (Mat inside = new Mat(picture, box);
                Mat tint = new Mat(box.height(), box.width(), CV_8UC3, Palette.of(classId))) {
            addWeighted(tint, TINT, inside, 1 - TINT, 0, inside);
        }
    }

    private void drawLabel(Mat picture, Rect box, int classId, String text, double letter) {
        double scale = letter / CAPITAL;
        int weight = Math.max(1, (int) Math.round(letter * OVERSAMPLING / 11));
        Size extent = getTextSize(text, FONT, scale * OVERSAMPLING, weight, (int[]) null);
        int pad = (int) Math.round(letter * 0.55);
        int width = Math.min(extent.width() / OVERSAMPLING + 2 * pad, picture.cols());
        int height = Math.min((int) Math.round(letter) + 2 * pad, picture.rows());
        Rect place = place(picture, box, width, height);
        labels.add(place);
        try (Mat target = new Mat(picture, place);
                Mat large = new Mat()) {
            Size big = new Size(place.width() * OVERSAMPLING, place.height() * OVERSAMPLING);
            resize(target, large, big, 0, 0, INTER_NEAREST);
            fillRounded(large, Palette.of(classId), (int) Math.round(letter * 0.35 * OVERSAMPLING));
            Point baseline = new Point(pad * OVERSAMPLING, (int) Math.round((pad + letter) * OVERSAMPLING));
            putText(large, text, baseline, FONT, scale * OVERSAMPLING, Palette.textOn(classId), weight, LINE_AA, false);
            resize(large, target, target.size(), 0, 0, INTER_AREA);
        }
    }

    private static void fillRounded(Mat mat, Scalar colour, int radius) {
        int right = mat.cols() - 1;
        int bottom = mat.rows() - 1;
        rectangle(mat, new Point(radius, 0), new Point(right - radius, bottom), colour, FILLED, LINE_8, 0);
        rectangle(mat, new Point(0, radius), new Point(right, bottom - radius), colour, FILLED, LINE_8, 0);
        for (int x : new int[] {radius, right - radius}) {
            for (int y : new int[] {radius, bottom - radius}) {
                circle(mat, new Point(x, y), radius, colour, FILLED, LINE_AA, 0);
            }
        }
    }

    /** Above the box, else inside a large one, else below; the first of these that hides no other label. */
    private Rect place(Mat picture, Rect box, int width, int height) {
        int left = Math.min(box.x(), picture.cols() - width);
        int right = clamp(box.x() + box.width() - width, picture.cols() - width);
        int above = box.y() - height;
        int below = box.y() + box.height();
        boolean large = box.height() > 4 * height && box.width() > width;
        int[] lines = large ? new int[] {above, box.y(), below - height} : new int[] {above, below};
        for (int y : lines) {
            for (int x : new int[] {left, right}) {
                Rect candidate = new Rect(x, y, width, height);
                if (y >= 0 && y + height <= picture.rows() && isFree(candidate)) {
                    return candidate;
                }
            }
        }
        return new Rect(left, clamp(above, picture.rows() - height), width, height);
    }

    private boolean isFree(Rect candidate) {
        for (Rect label : labels) {
            boolean apart = candidate.x() >= label.x() + label.width()
                    || label.x() >= candidate.x() + candidate.width()
                    || candidate.y() >= label.y() + label.height()
                    || label.y() >= candidate.y() + candidate.height();
            if (!apart) {
                return false;
            }
        }
        return true;
    }
}
