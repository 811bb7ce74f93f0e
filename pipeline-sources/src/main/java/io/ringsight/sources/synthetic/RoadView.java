package io.ringsight.sources.synthetic;

/** Where each vehicle of the synthetic road is in the picture, and how much of it is hidden. One thread; allocates nothing. */
final class RoadView {
    /** So many probes each way say how much of a box is hidden. */
    private static final int PROBES = 10;

    private static final int SIDES = 4;

    private final RoadPaths paths;
    private final RoadCamera camera;
    private final int width;
    private final int height;
    private final double[][] boxes = new double[RoadPaths.MAX_VEHICLES][SIDES];

    RoadView(RoadPaths paths, RoadCamera camera, int width, int height) {
        this.paths = paths;
        this.camera = camera;
        this.width = width;
        this.height = height;
    }

    /** Looks at where the paths are now. */
    void look() {
        for (int vehicle = 0; vehicle < paths.size(); vehicle++) {
            camera.box(paths, vehicle, boxes[vehicle]);
        }
    }

    /** 0 left, 1 top, 2 right, 3 bottom, in pixels; it may reach over the picture's border. */
    double side(int vehicle, int side) {
        return boxes[vehicle][side];
    }

    /** The share of the box that cannot be seen: it is behind nearer vehicles or the sign, or outside the picture. */
    double hidden(int vehicle) {
        double[] box = boxes[vehicle];
        int hidden = 0;
        for (int row = 0; row < PROBES; row++) {
            double y = box[1] + (box[3] - box[1]) * (row + 0.5) / PROBES;
            for (int column = 0; column < PROBES; column++) {
                double x = box[0] + (box[2] - box[0]) * (column + 0.5) / PROBES;
                hidden += isHidden(vehicle, x, y) ? 1 : 0;
            }
        }
        return hidden / (double) (PROBES * PROBES);
    }

    private boolean isHidden(int vehicle, double x, double y) {
        if (x < 0 || y < 0 || x >= width || y >= height || camera.isBehindSign(x, y)) {
            return true;
        }
        for (int nearer = vehicle + 1; nearer < paths.size(); nearer++) {
            double[] box = boxes[nearer];
            if (x > box[0] && x < box[2] && y > box[1] && y < box[3]) {
                return true;
            }
        }
        return false;
    }
}
