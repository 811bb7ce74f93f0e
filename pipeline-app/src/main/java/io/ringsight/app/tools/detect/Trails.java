package io.ringsight.app.tools.detect;

import static org.bytedeco.opencv.global.opencv_imgproc.LINE_AA;
import static org.bytedeco.opencv.global.opencv_imgproc.line;

import io.ringsight.core.detect.Detections;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;

/** Where objects that are followed came from: the last {@value #FRAMES} frames' places, drawn as lines. One thread. */
final class Trails {
    private static final int FRAMES = 50;

    /** The middle of a box's lower side in a frame. */
    private record Place(long frame, int x, int y) {}

    private final Map<Long, Deque<Place>> trails = new HashMap<>();
    private long frame;

    void clear() {
        trails.clear();
    }

    /** Takes in a frame's objects and draws the trail of each that is followed. */
    void draw(Mat picture, Detections found, int width) {
        frame++;
        trails.values().removeIf(trail -> trail.getLast().frame() < frame - FRAMES);
        for (int i = 0; i < found.size(); i++) {
            if (found.track(i) != Detections.NO_TRACK) {
                Deque<Place> trail = trails.computeIfAbsent(found.track(i), unknown -> new ArrayDeque<>());
                trail.add(new Place(
                        frame,
                        Math.round(found.left(i) + found.width(i) / 2),
                        Math.round(found.top(i) + found.height(i))));
                while (trail.getFirst().frame() < frame - FRAMES) {
                    trail.remove();
                }
                draw(picture, trail, found.trackClassId(i), width);
            }
        }
    }

    private static void draw(Mat picture, Deque<Place> trail, int classId, int width) {
        Place before = null;
        for (Place place : trail) {
            if (before != null) {
                Point from = new Point(before.x(), before.y());
                Point to = new Point(place.x(), place.y());
                line(picture, from, to, Palette.of(classId), width, LINE_AA, 0);
            }
            before = place;
        }
    }
}
