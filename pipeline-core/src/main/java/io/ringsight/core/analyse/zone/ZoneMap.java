package io.ringsight.core.analyse.zone;

import io.ringsight.core.detect.Detections;
import java.util.List;

/**
 * Which zones of a source each object is in: those in which the middle of its box's lower side lies, where what stands or
 * drives touches the ground. Allocates nothing after it was made. Any thread, one at a time.
 */
public final class ZoneMap {
    /** A box that ends at the picture's border is in it still. */
    private static final double LAST = 1 - 1e-9;

    private final double[][] x;
    private final double[][] y;

    public ZoneMap(List<Zone> zones) {
        if (zones.size() > Zone.MAX_ZONES) {
            throw new IllegalArgumentException("at most " + Zone.MAX_ZONES + " zones: " + zones.size());
        }
        x = new double[zones.size()][];
        y = new double[zones.size()][];
        for (int i = 0; i < zones.size(); i++) {
            List<Zone.Point> corners = zones.get(i).corners();
            x[i] = corners.stream().mapToDouble(Zone.Point::x).toArray();
            y[i] = corners.stream().mapToDouble(Zone.Point::y).toArray();
        }
    }

    /** Says of each object of a picture of this size which zones it is in. */
    public void place(Detections found, int pictureWidth, int pictureHeight) {
        for (int object = 0; object < found.size(); object++) {
            double across = (found.left(object) + found.width(object) / 2.0) / pictureWidth;
            double down = ((double) found.top(object) + found.height(object)) / pictureHeight;
            found.zones(object, at(Math.min(across, LAST), Math.min(down, LAST)));
        }
    }

    /** A bit for each zone that holds the place, the first zone's the lowest. */
    public long at(double across, double down) {
        long zones = 0;
        for (int zone = 0; zone < x.length; zone++) {
            if (isIn(x[zone], y[zone], across, down)) {
                zones |= 1L << zone;
            }
        }
        return zones;
    }

    /**
     * Whether a ray from the place to the right crosses an odd number of sides. Of two zones with a common side each place
     * on it is in exactly one (W. R. Franklin, "PNPOLY", 1970).
     */
    private static boolean isIn(double[] x, double[] y, double across, double down) {
        boolean isIn = false;
        for (int i = 0, before = x.length - 1; i < x.length; before = i++) {
            boolean spans = y[i] > down != y[before] > down;
            if (spans && across < (x[before] - x[i]) * (down - y[i]) / (y[before] - y[i]) + x[i]) {
                isIn = !isIn;
            }
        }
        return isIn;
    }
}
