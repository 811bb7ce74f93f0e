package io.ringsight.sources.decode;

import java.util.List;

/**
 * How a decoded picture must be turned to stand upright: what a display matrix (phones' videos, HEIF) or EXIF's
 * orientation (photos) says. Each is done by FFmpeg's filters; those that only turn addresses around are followed by one
 * that writes rows top down.
 */
public enum Orientation {
    UPRIGHT(),
    MIRRORED("hflip"),
    HALF_TURN("vflip", "hflip"),
    FLIPPED("vflip", "copy"),
    TRANSPOSED("transpose=dir=cclock_flip"),
    CLOCKWISE("transpose=dir=clock"),
    ANTI_TRANSPOSED("transpose=dir=clock_flip"),
    COUNTERCLOCKWISE("transpose=dir=cclock");

    private final List<String> filters;

    Orientation(String... filters) {
        this.filters = List.of(filters);
    }

    /** Whether width becomes height. */
    boolean swapsAxes() {
        return ordinal() >= TRANSPOSED.ordinal();
    }

    /** Filters in their order, each a name with its options behind {@code =}. */
    List<String> filters() {
        return filters;
    }

    /**
     * Of FFmpeg's display matrix, to the nearest quarter turn: pixel x, y is shown at {@code a x + c y}, {@code b x + d y}.
     * A matrix of zeros turns nothing.
     */
    public static Orientation of(long a, long b, long c, long d) {
        if (Math.abs(a) + Math.abs(d) >= Math.abs(b) + Math.abs(c)) {
            if (a >= 0) {
                return d >= 0 ? UPRIGHT : FLIPPED;
            }
            return d >= 0 ? MIRRORED : HALF_TURN;
        }
        if (b >= 0) {
            return c >= 0 ? TRANSPOSED : CLOCKWISE;
        }
        return c >= 0 ? COUNTERCLOCKWISE : ANTI_TRANSPOSED;
    }
}
