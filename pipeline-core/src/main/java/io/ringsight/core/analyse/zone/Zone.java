package io.ringsight.core.analyse.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A named part of a picture, in fractions of its width and height from its left upper corner, so that it fits whatever size
 * the stream has. It may go on beyond the picture's borders.
 *
 * @param name what people call it
 * @param corners of a polygon, in order, the last joined to the first; its sides do not cross
 * @param stoppedMs how long an object stands in it until that is told; 0: it is not
 * @param metres its corners on the ground as somebody wrote them, if they did
 */
public record Zone(String name, List<Point> corners, int stoppedMs, Optional<String> metres) {
    /** The longest time that an object may stand until it is told: a day. */
    public static final int MAX_STOPPED_MS = 86_400_000;

    /** The most zones of a source: one bit each in a {@code long}. */
    public static final int MAX_ZONES = 64;
    /** The most corners of a zone. */
    public static final int MAX_CORNERS = 100;
    /** The most characters of a name. */
    public static final int MAX_NAME = 100;

    private static final Pattern CORNER =
            Pattern.compile("([0-9]{0,9}(?:\\.[0-9]{0,9})?),([0-9]{0,9}(?:\\.[0-9]{0,9})?)");

    /** A place in a picture: fractions of its width and height. */
    public record Point(double x, double y) {}

    /** It is not told that objects stand in it. */
    public Zone(String name, List<Point> corners) {
        this(name, corners, 0);
    }

    /** It is drawn into the picture. */
    public Zone(String name, List<Point> corners, int stoppedMs) {
        this(name, corners, stoppedMs, Optional.empty());
    }

    public Zone {
        corners = List.copyOf(corners);
        shapeProblem(corners).ifPresent(problem -> {
            throw new IllegalArgumentException("zone " + name + ": " + problem);
        });
    }

    /** Reads corners as {@code 0.1,0.2 0.5,0.2 0.5,0.9}, as SVG writes a polygon; empty if {@code text} is none. */
    public static Optional<List<Point>> corners(String text) {
        List<Point> corners = new ArrayList<>();
        for (String corner : text.strip().split("\\s+")) {
            Matcher matcher = CORNER.matcher(corner);
            if (!matcher.matches()
                    || !matcher.group(1).matches(".*\\d.*")
                    || !matcher.group(2).matches(".*\\d.*")) {
                return Optional.empty();
            }
            corners.add(new Point(Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2))));
        }
        return Optional.of(corners);
    }

    /** What keeps {@code corners} from being a zone within the picture, as {@code expected …, got …}; empty if nothing does. */
    public static Optional<String> problem(List<Point> corners) {
        return corners.stream()
                .filter(corner -> !(corner.x() >= 0 && corner.x() <= 1 && corner.y() >= 0 && corner.y() <= 1))
                .findFirst()
                .map(corner -> "expected fractions of the picture's width and height, 0 to 1, got " + text(corner))
                .or(() -> shapeProblem(corners));
    }

    /** What keeps {@code corners} from being a zone that may go on beyond the picture, as {@link #problem}. */
    public static Optional<String> shapeProblem(List<Point> corners) {
        if (corners.size() < 3 || corners.size() > MAX_CORNERS) {
            return Optional.of("expected 3 to " + MAX_CORNERS + " corners, got " + corners.size());
        }
        for (int i = 0; i < corners.size(); i++) {
            for (int j = i + 1; j < corners.size(); j++) {
                if (meet(corners, i, j)) {
                    return Optional.of("expected a polygon whose sides do not meet, but the side from "
                            + text(corners.get(i)) + " meets that from " + text(corners.get(j)));
                }
            }
        }
        return Optional.empty();
    }

    private static String text(Point point) {
        return point.x() + "," + point.y();
    }

    /** Whether sides i and j, i before j, have a point in common other than the corner between neighbours. */
    private static boolean meet(List<Point> corners, int i, int j) {
        int size = corners.size();
        Point a = corners.get(i);
        Point b = corners.get(i + 1);
        Point c = corners.get(j);
        Point d = corners.get((j + 1) % size);
        boolean isNext = j == i + 1;
        boolean isBefore = (j + 1) % size == i;
        if (isNext || isBefore) {
            // neighbours meet in more than their corner only where one turns back on the other
            Point shared = isNext ? b : a;
            Point one = isNext ? a : b;
            Point other = isNext ? d : c;
            return side(one, shared, other) == 0
                    && (one.x() - shared.x()) * (other.x() - shared.x())
                                    + (one.y() - shared.y()) * (other.y() - shared.y())
                            >= 0;
        }
        double ofC = side(a, b, c);
        double ofD = side(a, b, d);
        double ofA = side(c, d, a);
        double ofB = side(c, d, b);
        if (ofC == 0 && ofD == 0) {
            return overlap(a.x(), b.x(), c.x(), d.x()) && overlap(a.y(), b.y(), c.y(), d.y());
        }
        return ofC * ofD <= 0 && ofA * ofB <= 0;
    }

    private static boolean overlap(double a, double b, double c, double d) {
        return Math.max(Math.min(a, b), Math.min(c, d)) <= Math.min(Math.max(a, b), Math.max(c, d));
    }

    /** Above 0 where {@code c} is on one side of the line from a to b, below 0 on the other. */
    private static double side(Point a, Point b, Point c) {
        return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
    }
}
