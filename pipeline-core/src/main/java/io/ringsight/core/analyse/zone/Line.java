package io.ringsight.core.analyse.zone;

import java.util.Optional;

/**
 * A named line in a picture that objects cross in one of two directions. Forward is from the left hand to the right hand of
 * somebody who walks on it from its start to its end.
 *
 * @param name what people call it
 * @param from its start, in fractions of the picture as of a {@link Zone}
 * @param to its end
 * @param oneWay the only right direction, if there is one
 * @param metres its ends on the ground as somebody wrote them, if they did
 */
public record Line(String name, Zone.Point from, Zone.Point to, Optional<Direction> oneWay, Optional<String> metres) {
    /** In which of two directions a line is crossed. */
    public enum Direction {
        FORWARD("forward"),
        BACKWARD("backward");

        private final String wireName;

        Direction(String wireName) {
            this.wireName = wireName;
        }

        /** The name in messages and configurations. */
        public String wireName() {
            return wireName;
        }
    }

    /** The most lines of a source: two bits each in a {@code long}. */
    public static final int MAX_LINES = 32;

    /** Both directions are right. */
    public Line(String name, Zone.Point from, Zone.Point to) {
        this(name, from, to, Optional.empty());
    }

    /** It is drawn into the picture. */
    public Line(String name, Zone.Point from, Zone.Point to, Optional<Direction> oneWay) {
        this(name, from, to, oneWay, Optional.empty());
    }

    public Line {
        if (from.equals(to)) {
            throw new IllegalArgumentException("line " + name + ": a line has two ends");
        }
    }

    /** Reads one place as {@code 0.1,0.2}; empty if {@code text} is none, or is not in the picture. */
    public static Optional<Zone.Point> place(String text) {
        return Zone.corners(text)
                .filter(places -> places.size() == 1)
                .map(places -> places.get(0))
                .filter(place -> place.x() <= 1 && place.y() <= 1);
    }
}
