package io.ringsight.sources.synthetic;

import io.ringsight.sources.spec.SyntheticSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bright boxes that move at constant speed on a grey ramp and are reflected at the picture's edges. Means nothing to
 * any model; costs next to nothing to draw.
 */
final class MovingBoxes implements Scene {
    private static final int BOXES = 8;
    private static final int DARKEST = 32;
    private static final int RAMP = 96;
    private static final int BRIGHTEST = 235;

    private final int width;
    private final int height;
    private final int[] startX = new int[BOXES];
    private final int[] startY = new int[BOXES];
    private final int[] speedX = new int[BOXES];
    private final int[] speedY = new int[BOXES];
    private final int[] wide = new int[BOXES];
    private final int[] high = new int[BOXES];
    private final byte[] ramp;
    private final byte[][] fill;

    MovingBoxes(SyntheticSettings settings) {
        width = settings.width();
        height = settings.height();
        Dice dice = new Dice();
        dice.seed(settings.seed(), 0);
        ramp = new byte[width];
        for (int column = 0; column < width; column++) {
            ramp[column] = (byte) (DARKEST + column * RAMP / width);
        }
        fill = new byte[BOXES][];
        for (int i = 0; i < BOXES; i++) {
            wide[i] = dice.between(width / 16, width / 6);
            high[i] = dice.between(height / 16, height / 6);
            startX[i] = dice.below(width - wide[i]);
            startY[i] = dice.below(height - high[i]);
            speedX[i] = dice.between(1, 1 + width / 100) * dice.sign();
            speedY[i] = dice.between(1, 1 + height / 100) * dice.sign();
            fill[i] = new byte[wide[i]];
            Arrays.fill(fill[i], (byte) (BRIGHTEST - 10 * i));
        }
    }

    @Override
    public void prepare(long frame) {
        // Nothing is kept from frame to frame.
    }

    @Override
    public void draw(long frame, ByteBuffer luma, int stride) {
        for (int row = 0; row < height; row++) {
            luma.put(row * stride, ramp, 0, width);
        }
        for (int i = 0; i < BOXES; i++) {
            int left = reflected(startX[i], speedX[i], frame, width - wide[i]);
            int top = reflected(startY[i], speedY[i], frame, height - high[i]);
            for (int row = top; row < top + high[i]; row++) {
                luma.put(row * stride + left, fill[i], 0, wide[i]);
            }
        }
    }

    @Override
    public void objects(long frame, KnownObjects into) {
        into.clear();
        for (int i = 0; i < BOXES; i++) {
            int left = reflected(startX[i], speedX[i], frame, width - wide[i]);
            int top = reflected(startY[i], speedY[i], frame, height - high[i]);
            into.add(0, left, top, wide[i], high[i]);
        }
    }

    /** Position after {@code frame} steps between walls at 0 and {@code room}. */
    private static int reflected(int start, int speed, long frame, int room) {
        int at = (int) Math.floorMod(start + speed * frame, 2L * room);
        return at <= room ? at : 2 * room - at;
    }
}
