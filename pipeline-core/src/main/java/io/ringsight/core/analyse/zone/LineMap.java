package io.ringsight.core.analyse.zone;

import java.util.List;

/**
 * Which lines of a source a way crosses, and in which direction. A way that ends on a line has not crossed it, and one that
 * begins there and goes on has: of the ways of an object, one after the other, exactly one crosses. Allocates nothing after
 * it was made. Any thread, one at a time.
 */
public final class LineMap {
    private final double[] fromX;
    private final double[] fromY;
    private final double[] toX;
    private final double[] toY;

    public LineMap(List<Line> lines) {
        if (lines.size() > Line.MAX_LINES) {
            throw new IllegalArgumentException("at most " + Line.MAX_LINES + " lines: " + lines.size());
        }
        fromX = lines.stream().mapToDouble(line -> line.from().x()).toArray();
        fromY = lines.stream().mapToDouble(line -> line.from().y()).toArray();
        toX = lines.stream().mapToDouble(line -> line.to().x()).toArray();
        toY = lines.stream().mapToDouble(line -> line.to().y()).toArray();
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return fromX.length == 0;
    }

    /**
     * The lines that the straight way from one place to another crosses, places in fractions of the picture: of line n bit n
     * where forward, bit {@value Line#MAX_LINES} + n where backward.
     */
    public long crossed(double x, double y, double nextX, double nextY) {
        long crossed = 0;
        for (int line = 0; line < fromX.length; line++) {
            boolean isRight = side(fromX[line], fromY[line], toX[line], toY[line], x, y) > 0;
            boolean isRightNext = side(fromX[line], fromY[line], toX[line], toY[line], nextX, nextY) > 0;
            if (isRight != isRightNext && passesBetweenTheEnds(line, x, y, nextX, nextY)) {
                crossed |= 1L << (isRightNext ? line : Line.MAX_LINES + line);
            }
        }
        return crossed;
    }

    private boolean passesBetweenTheEnds(int line, double x, double y, double nextX, double nextY) {
        return side(x, y, nextX, nextY, fromX[line], fromY[line]) > 0
                != side(x, y, nextX, nextY, toX[line], toY[line]) > 0;
    }

    /** Above 0 where c is at the right hand of who walks from a to b, as a picture shows it. */
    private static double side(double aX, double aY, double bX, double bY, double cX, double cY) {
        return (bX - aX) * (cY - aY) - (bY - aY) * (cX - aX);
    }
}
