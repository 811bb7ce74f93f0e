package io.ringsight.sources.synthetic;

import io.ringsight.sources.spec.SyntheticSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Boards on a conveyor, moving to the left under the camera. The longer side of the picture shows 640 board units,
 * whatever its pixels, so the shipped model sees boards at the size it was trained on.
 *
 * <p>Only the two boards a picture can show are in memory; the next one is drawn, once, when its turn comes nearer than
 * the picture's edge. A frame then is a copy of rows.
 */
final class BoardLine implements Scene {
    private static final float UNITS_IN_VIEW = 640;
    private static final float BOARD_UNITS = 600;
    private static final float PITCH_UNITS = 660;
    private static final float UNITS_A_SECOND = 160;
    private static final float PERFECT_BOARDS = 0.15f;
    private static final int MIN_DEFECTS = 4;
    private static final int MAX_DEFECTS = 8;
    private static final int BOARDS_IN_VIEW = 2;

    private final int width;
    private final int height;
    private final int pitch;
    private final int step;
    private final long seed;
    private final Dice dice = new Dice();
    private final BoardLayout layout = new BoardLayout(BOARD_UNITS, dice);
    private final DefectPress press = new DefectPress(dice);
    private final Raster clean;
    private final Raster[] boards = new Raster[BOARDS_IN_VIEW];
    private final KnownObjects[] defects = new KnownObjects[BOARDS_IN_VIEW];
    private final long[] boardNumbers = new long[BOARDS_IN_VIEW];

    BoardLine(SyntheticSettings settings) {
        width = settings.width();
        height = settings.height();
        seed = settings.seed();
        float scale = Math.max(width, height) / UNITS_IN_VIEW;
        pitch = (int) Math.ceil(PITCH_UNITS * scale);
        int wanted = (int) Math.round(UNITS_A_SECOND * scale / settings.fps());
        step = Math.max(1, Math.min(wanted, width / 2));
        clean = new Raster(pitch, height, scale);
        for (int i = 0; i < BOARDS_IN_VIEW; i++) {
            boards[i] = new Raster(pitch, height, scale);
            defects[i] = new KnownObjects(MAX_DEFECTS);
        }
        Arrays.fill(boardNumbers, -1);
    }

    @Override
    public void prepare(long frame) {
        long offset = frame * step;
        draw(offset / pitch);
        draw((offset + width - 1) / pitch);
    }

    @Override
    public void draw(long frame, ByteBuffer luma, int stride) {
        prepare(frame);
        long offset = frame * step;
        long first = offset / pitch;
        int from = (int) (offset % pitch);
        int firstWidth = Math.min(width, pitch - from);
        byte[] left = boards[slot(first)].pixels();
        byte[] right = boards[slot(first + 1)].pixels();
        for (int row = 0; row < height; row++) {
            luma.put(row * stride, left, row * pitch + from, firstWidth);
            luma.put(row * stride + firstWidth, right, row * pitch, width - firstWidth);
        }
    }

    @Override
    public void objects(long frame, KnownObjects into) {
        prepare(frame);
        into.clear();
        long offset = frame * step;
        for (long number = offset / pitch; number * pitch < offset + width; number++) {
            KnownObjects known = defects[slot(number)];
            int shift = (int) (number * pitch - offset);
            for (int i = 0; i < known.size(); i++) {
                into.addVisible(known, i, shift, width, height);
            }
        }
    }

    @Override
    public long wholeBoard(long frame) {
        long offset = frame * step;
        long number = (offset + pitch - 1) / pitch;
        float right = number * pitch - offset + BOARD_UNITS * pitch / PITCH_UNITS;
        return right <= width ? number + 1 : 0;
    }

    private void draw(long number) {
        int slot = slot(number);
        if (boardNumbers[slot] == number) {
            return;
        }
        drawClean(number, clean);
        boards[slot].copyFrom(clean);
        defects[slot].clear();
        int wanted = dice.chance(PERFECT_BOARDS) ? 0 : dice.between(MIN_DEFECTS, MAX_DEFECTS);
        press.press(layout, clean, boards[slot], wanted, defects[slot]);
        boardNumbers[slot] = number;
    }

    /** Draws board {@code number} as it was meant to be. */
    private void drawClean(long number, Raster into) {
        dice.seed(seed, number);
        into.clear(Dice.mix(seed ^ Dice.mix(number)));
        layout.draw(into);
    }

    private static int slot(long number) {
        return (int) (number % BOARDS_IN_VIEW);
    }

    /** Draws frame {@code frame} as it would be without defects. For tests; allocates. */
    byte[] perfectFrame(long frame) {
        byte[] picture = new byte[width * height];
        long offset = frame * step;
        for (long number = offset / pitch; number * pitch < offset + width; number++) {
            drawClean(number, clean);
            int shift = (int) (number * pitch - offset);
            int from = Math.max(0, -shift);
            int to = Math.min(pitch, width - shift);
            for (int row = 0; row < height; row++) {
                System.arraycopy(clean.pixels(), row * pitch + from, picture, row * width + shift + from, to - from);
            }
        }
        return picture;
    }
}
