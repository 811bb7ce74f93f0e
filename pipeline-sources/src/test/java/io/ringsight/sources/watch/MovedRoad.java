package io.ringsight.sources.watch;

import io.ringsight.core.analyse.view.ViewJudge;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.SyntheticTruth;

/** The synthetic road as a camera sees it that is shifted, turned or zoomed by a known amount: small grey pictures. */
final class MovedRoad {
    static final int WIDTH = 640;
    static final int HEIGHT = 360;
    static final int FPS = 25;
    /** Samples each way of which a pixel of the small picture is the mean. */
    private static final int SAMPLES = 2;

    private final SyntheticTruth truth;
    private final byte[] luma = new byte[WIDTH * HEIGHT];
    private final byte[] small = new byte[ViewJudge.WIDTH * ViewJudge.HEIGHT];

    /** Pixels to the right and down of {@value #WIDTH} x {@value #HEIGHT}, degrees, and times as large. */
    record Move(double dx, double dy, double degrees, double zoom) {
        static final Move NONE = new Move(0, 0, 0, 1);

        static Move shift(double dx, double dy) {
            return new Move(dx, dy, 0, 1);
        }
    }

    MovedRoad(String light, int seed) {
        truth = new SyntheticTruth((SourceSpec.Synthetic) SourceSpec.parse("synthetic:road?width=" + WIDTH + "&height="
                + HEIGHT + "&fps=" + FPS + "&light=" + light + "&seed=" + seed));
    }

    /** The picture at a time, of which each grey level is taken times {@code contrast} and {@code brighter}. */
    byte[] at(double seconds, Move move, double contrast, double brighter) {
        truth.draw(Math.round(seconds * FPS), luma);
        double cos = Math.cos(Math.toRadians(move.degrees())) / move.zoom();
        double sin = Math.sin(Math.toRadians(move.degrees())) / move.zoom();
        for (int i = 0; i < small.length; i++) {
            double sum = 0;
            for (int j = 0; j < SAMPLES * SAMPLES; j++) {
                double x = (i % ViewJudge.WIDTH + (j % SAMPLES + 0.5) / SAMPLES) * WIDTH / ViewJudge.WIDTH;
                double y = (i / ViewJudge.WIDTH + (j / SAMPLES + 0.5) / SAMPLES) * HEIGHT / ViewJudge.HEIGHT;
                double fromX = x - WIDTH / 2.0 - move.dx();
                double fromY = y - HEIGHT / 2.0 - move.dy();
                sum += pixel(cos * fromX + sin * fromY + WIDTH / 2.0, cos * fromY - sin * fromX + HEIGHT / 2.0);
            }
            double grey = sum / (SAMPLES * SAMPLES) * contrast + brighter;
            small[i] = (byte) Math.round(Math.max(0, Math.min(255, grey)));
        }
        return small;
    }

    byte[] at(double seconds, Move move) {
        return at(seconds, move, 1, 0);
    }

    /** Between four pixels; beyond the border it goes on as it is there. */
    private double pixel(double x, double y) {
        double left = Math.max(0, Math.min(WIDTH - 1.01, x - 0.5));
        double top = Math.max(0, Math.min(HEIGHT - 1.01, y - 0.5));
        int i = (int) top * WIDTH + (int) left;
        double right = left - (int) left;
        double down = top - (int) top;
        double above = (luma[i] & 0xff) * (1 - right) + (luma[i + 1] & 0xff) * right;
        double below = (luma[i + WIDTH] & 0xff) * (1 - right) + (luma[i + WIDTH + 1] & 0xff) * right;
        return above * (1 - down) + below * down;
    }
}
