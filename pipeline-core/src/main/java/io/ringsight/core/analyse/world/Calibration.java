package io.ringsight.core.analyse.world;

import io.ringsight.core.analyse.zone.Zone;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where places of a picture are on the ground, which is taken to be flat.
 *
 * @param points four or more, of which no three of four lie on one line
 */
public record Calibration(List<Point> points) {
    /** The fewest points that say where everything else is. */
    public static final int MIN_POINTS = 4;
    /** The most points. */
    public static final int MAX_POINTS = 100;

    private static final String NUMBER = "([-+]?[0-9]{1,9}(?:\\.[0-9]{0,9})?)";
    private static final Pattern METRES = Pattern.compile(NUMBER + "," + NUMBER);

    /**
     * One place.
     *
     * @param picture in fractions of the picture's width and height from its left upper corner
     * @param ground on the ground
     */
    public record Point(Zone.Point picture, Metres ground) {}

    /** A place on the ground in metres, from any place and in any two directions at a right angle. */
    public record Metres(double x, double y) {}

    public Calibration {
        points = List.copyOf(points);
    }

    /** Reads a place on the ground as {@code 3.5,-20}; empty if {@code text} is none. */
    public static Optional<Metres> metres(String text) {
        Matcher matcher = METRES.matcher(text.strip());
        return matcher.matches()
                ? Optional.of(new Metres(Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2))))
                : Optional.empty();
    }

    /** Reads places on the ground as {@code 0,0 7,0 7,12.5}; empty if {@code text} is none. */
    public static Optional<List<Metres>> places(String text) {
        List<Optional<Metres>> places = Arrays.stream(text.strip().split("\\s+"))
                .map(Calibration::metres)
                .toList();
        return places.stream().allMatch(Optional::isPresent)
                ? Optional.of(places.stream().map(Optional::get).toList())
                : Optional.empty();
    }

    /** What keeps the points from saying where everything else is, as {@code expected …, got …}; empty if nothing does. */
    public Optional<String> problem() {
        if (points.size() < MIN_POINTS || points.size() > MAX_POINTS) {
            return Optional.of("expected " + MIN_POINTS + " to " + MAX_POINTS + " points, got " + points.size());
        }
        return Homography.of(this).isPresent()
                ? Optional.empty()
                : Optional.of(
                        "expected four points of which no three lie on one line, neither in the picture nor on the"
                                + " ground, and none of which is behind the camera");
    }
}
