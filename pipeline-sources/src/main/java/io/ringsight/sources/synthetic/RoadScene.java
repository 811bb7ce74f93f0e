package io.ringsight.sources.synthetic;

import io.ringsight.sources.spec.SyntheticSettings;
import java.nio.ByteBuffer;

/** A road of six lanes seen from a bridge, by day or by night; see {@link RoadPaths} for who drives on it. */
final class RoadScene implements Scene {
    /** A vehicle of which less is seen is not one that a picture shows. */
    private static final double MAX_HIDDEN = 0.75;

    private static final double NS_PER_S = 1e9;
    private static final double DASH_M = 3;
    private static final int DASHES = 12;

    private final SyntheticSettings settings;
    private final int width;
    private final int height;
    private final RoadCamera camera;
    private final RoadPaths paths;
    private final RoadView view;
    private final RoadCanvas empty;
    private final RoadCanvas canvas;
    private final KnownObjects whole = new KnownObjects(MAX_OBJECTS);

    RoadScene(SyntheticSettings settings) {
        this.settings = settings;
        width = settings.width();
        height = settings.height();
        camera = new RoadCamera(width, height);
        paths = new RoadPaths(settings.seed());
        view = new RoadView(paths, camera, width, height);
        empty = new RoadCanvas(width, height);
        canvas = new RoadCanvas(width, height);
        drawRoad();
    }

    private int byLight(int day, int night) {
        return settings.night() ? night : day;
    }

    private void drawRoad() {
        empty.rectangle(0, 0, width, height, byLight(125, 22));
        empty.rectangle(0, 0, width, camera.horizon(), byLight(200, 18));
        double side = RoadPaths.LANES / 2 * 3.5 + 1 + 3.5;
        strip(-side, side, RoadPaths.NEAR_M / 2, RoadPaths.FAR_M, byLight(95, 30));
        for (int sign = -1; sign <= 1; sign += 2) {
            for (double edge : new double[] {1, side - 3.5}) {
                strip(sign * edge - 0.1, sign * edge + 0.1, RoadPaths.NEAR_M / 2, RoadPaths.FAR_M, byLight(190, 70));
            }
            for (int lane = 1; lane < RoadPaths.LANES / 2; lane++) {
                double at = sign * (1 + lane * 3.5);
                for (int dash = 0; dash < DASHES; dash++) {
                    double from = 6 + 2 * DASH_M * dash;
                    strip(at - 0.08, at + 0.08, from, from + DASH_M, byLight(185, 65));
                }
            }
        }
        byte[] pixels = empty.pixels();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] += (byte) ((Dice.mix(i ^ settings.seed()) >>> 61) - 3);
        }
    }

    private void strip(double leftM, double rightM, double nearM, double farM, int grey) {
        empty.corner(0, camera.x(leftM, nearM), camera.y(0, nearM))
                .corner(1, camera.x(rightM, nearM), camera.y(0, nearM))
                .corner(2, camera.x(rightM, farM), camera.y(0, farM))
                .corner(3, camera.x(leftM, farM), camera.y(0, farM))
                .shape(grey);
    }

    private void at(long frame) {
        paths.at(settings.ptsNs(frame) / NS_PER_S);
        view.look();
    }

    @Override
    public void prepare(long frame) {
        // Nothing is kept from frame to frame.
    }

    @Override
    public void draw(long frame, ByteBuffer luma, int stride) {
        at(frame);
        canvas.copyFrom(empty);
        for (int vehicle = 0; vehicle < paths.size(); vehicle++) {
            drawVehicle(vehicle);
        }
        double middle = (camera.sign(0) + camera.sign(2)) / 2;
        double thick = Math.max(1, width / 300.0);
        canvas.rectangle(middle - thick, 0, middle + thick, camera.sign(1), byLight(60, 12));
        canvas.rectangle(camera.sign(0), camera.sign(1), camera.sign(2), camera.sign(3), byLight(55, 14));
        for (int row = 0; row < height; row++) {
            luma.put(row * stride, canvas.pixels(), row * width, width);
        }
    }

    /** Its shadow, then the sides that are seen, from far to near: side, roof, and the end that is nearer. */
    private void drawVehicle(int vehicle) {
        RoadClass kind = paths.kind(vehicle);
        double near = Math.max(RoadPaths.NEAR_M / 4, paths.awayM(vehicle));
        double far = paths.awayM(vehicle) + kind.lengthM();
        double left = paths.acrossM(vehicle) - kind.widthM() / 2;
        double right = left + kind.widthM();
        double top = kind.heightM();
        int grey = byLight(paths.shade(vehicle), 24 + paths.shade(vehicle) / 12);
        double seen = left > 0 ? left : right;
        canvas.corner(0, camera.x(seen, near), camera.y(0, near))
                .corner(1, camera.x(seen, far), camera.y(0, far))
                .corner(2, camera.x(seen, far), camera.y(top, far))
                .corner(3, camera.x(seen, near), camera.y(top, near))
                .shape(Math.max(16, grey - byLight(30, 6)));
        canvas.corner(0, camera.x(left, near), camera.y(top, near))
                .corner(1, camera.x(right, near), camera.y(top, near))
                .corner(2, camera.x(right, far), camera.y(top, far))
                .corner(3, camera.x(left, far), camera.y(top, far))
                .shape(Math.min(235, grey + byLight(12, 4)));
        drawEnd(vehicle, near, left, right, grey);
    }

    private void drawEnd(int vehicle, double near, double left, double right, int grey) {
        double x0 = camera.x(left, near);
        double x1 = camera.x(right, near);
        double top = camera.y(paths.kind(vehicle).heightM(), near);
        double bottom = camera.y(0, near);
        double wide = x1 - x0;
        double high = bottom - top;
        canvas.rectangle(x0, top, x1, bottom, grey);
        canvas.rectangle(x0 + 0.12 * wide, top + 0.1 * high, x1 - 0.12 * wide, top + 0.4 * high, byLight(45, 20));
        canvas.rectangle(x0, bottom - 0.14 * high, x1, bottom, byLight(30, 16));
        boolean isFront = RoadPaths.comes(paths.lane(vehicle));
        int lamp = byLight(isFront ? 225 : 150, isFront ? 235 : 170);
        double lampSide = 0.16 * wide;
        double lampTop = bottom - 0.42 * high;
        canvas.rectangle(x0, lampTop, x0 + lampSide, lampTop + 0.16 * high, lamp);
        canvas.rectangle(x1 - lampSide, lampTop, x1, lampTop + 0.16 * high, lamp);
        if (settings.night()) {
            double radius = wide * (isFront ? 0.55 : 0.3);
            canvas.glow(x0 + lampSide / 2, lampTop + 0.08 * high, radius, isFront ? 120 : 60);
            canvas.glow(x1 - lampSide / 2, lampTop + 0.08 * high, radius, isFront ? 120 : 60);
        }
    }

    @Override
    public void objects(long frame, KnownObjects into) {
        at(frame);
        into.clear();
        whole.clear();
        for (int vehicle = 0; vehicle < paths.size(); vehicle++) {
            if (view.hidden(vehicle) <= MAX_HIDDEN) {
                int left = (int) Math.round(view.side(vehicle, 0));
                int top = (int) Math.round(view.side(vehicle, 1));
                whole.add(
                        paths.kind(vehicle).ordinal(),
                        left,
                        top,
                        (int) Math.round(view.side(vehicle, 2)) - left,
                        (int) Math.round(view.side(vehicle, 3)) - top);
                into.addVisible(whole, whole.size() - 1, 0, width, height);
            }
        }
    }
}
