package io.ringsight.app.tools.dataset;

import io.ringsight.client.Box;
import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.VerdictMessage.Defect;
import io.ringsight.client.VerdictMessage.Place;
import io.ringsight.sinks.review.ReviewState;
import io.ringsight.sinks.review.ReviewedVerdict;
import io.ringsight.sinks.review.ReviewedVerdict.Missed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a picture shows by what a person said of its part: the boxes of defects that are there, and none where Ringsight
 * called one that was not. A picture of which that is not certain teaches nothing.
 */
final class ReviewedPictures {
    /** How far the middle of an object may be from a defect's, as a share of the picture: more is another one. */
    private static final double NEAR = 0.05;

    private ReviewedPictures() {}

    /** A box by its middle, as shares of the picture. */
    record Labelled(String label, Place place) {}

    /**
     * The boxes of a frame of the part.
     *
     * @param isFirst whether it is the first of the part that was kept: people see that one, and say there what was
     *     missed
     * @return empty if it is not certain what the picture shows
     */
    static Optional<List<Labelled>> boxes(ReviewedVerdict reviewed, FrameMessage frame, boolean isFirst) {
        boolean isWhole = reviewed.state() != ReviewState.NOT_VERIFIED
                && !isRealSomewhere(reviewed)
                && (reviewed.missed().isEmpty() || isFirst && hasPlaces(reviewed.missed()));
        List<Labelled> boxes = new ArrayList<>();
        for (String label : labels(reviewed)) {
            isWhole = isWhole && add(boxes, label, reviewed, frame);
        }
        reviewed.missed()
                .forEach(missed -> missed.place().ifPresent(at -> boxes.add(new Labelled(missed.label(), at))));
        return isWhole ? Optional.of(boxes) : Optional.empty();
    }

    /** Of a part without defects people said that it has one, and neither which nor where: that is no background. */
    private static boolean isRealSomewhere(ReviewedVerdict reviewed) {
        return reviewed.defects().isEmpty()
                && reviewed.missed().isEmpty()
                && reviewed.whole().isReal();
    }

    private static boolean hasPlaces(List<Missed> missed) {
        return missed.stream().allMatch(one -> one.place().isPresent());
    }

    private static List<String> labels(ReviewedVerdict reviewed) {
        return reviewed.verdict().defects().stream()
                .map(Defect::label)
                .distinct()
                .toList();
    }

    /** Adds what of a class is there; returns whether that is certain. */
    private static boolean add(List<Labelled> boxes, String label, ReviewedVerdict reviewed, FrameMessage frame) {
        List<Integer> defects = new ArrayList<>();
        for (int i = 0; i < reviewed.defects().size(); i++) {
            if (reviewed.verdict().defects().get(i).label().equals(label)) {
                defects.add(i);
            }
        }
        List<Place> found = frame.objects().stream()
                .filter(object -> object.label().equals(label))
                .map(object -> place(object, frame))
                .toList();
        long real =
                defects.stream().filter(i -> reviewed.defects().get(i).isReal()).count();
        if (real == 0) {
            return true;
        }
        if (found.size() != defects.size()) {
            return false;
        }
        if (real == defects.size()) {
            found.forEach(place -> boxes.add(new Labelled(label, place)));
            return true;
        }
        return addNearest(boxes, label, defects, found, reviewed);
    }

    /** Some are there and some are not: each defect is the object at its place. */
    private static boolean addNearest(
            List<Labelled> boxes, String label, List<Integer> defects, List<Place> found, ReviewedVerdict reviewed) {
        List<Place> left = new ArrayList<>(found);
        for (int i : defects) {
            Place at = reviewed.verdict().defects().get(i).place();
            Place nearest = left.stream()
                    .min(Comparator.comparingDouble(place -> distance(place, at)))
                    .orElseThrow();
            if (distance(nearest, at) > NEAR) {
                return false;
            }
            left.remove(nearest);
            if (reviewed.defects().get(i).isReal()) {
                boxes.add(new Labelled(label, nearest));
            }
        }
        return true;
    }

    private static double distance(Place one, Place other) {
        return Math.hypot(one.centerX() - other.centerX(), one.centerY() - other.centerY());
    }

    private static Place place(Detection object, FrameMessage frame) {
        Box box = object.box();
        double width = frame.picture().width();
        double height = frame.picture().height();
        return new Place(
                (box.left() + box.width() / 2) / width,
                (box.top() + box.height() / 2) / height,
                box.width() / width,
                box.height() / height);
    }
}
