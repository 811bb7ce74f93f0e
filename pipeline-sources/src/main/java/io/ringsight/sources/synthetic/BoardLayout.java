package io.ringsight.sources.synthetic;

import static io.ringsight.sources.synthetic.Raster.BARE;
import static io.ringsight.sources.synthetic.Raster.COPPER;

/**
 * Draws the copper of one board: bands of buses, pads, power rails, through-hole rows and meanders from top to bottom,
 * jumpers between them. Remembers its conductors, so that defects can be put on them. Lengths are board units, of
 * which DeepPCB's pictures (the shipped model's training data) have 640 each way. Allocates nothing after construction.
 */
final class BoardLayout {
    private static final int MAX_CONDUCTORS = 800;
    private static final int BAND_KINDS = 5;
    private static final float MARGIN = 18;
    private static final float DIAGONAL_SHIFT = 0.4142f;

    private final float[] x1 = new float[MAX_CONDUCTORS];
    private final float[] y1 = new float[MAX_CONDUCTORS];
    private final float[] x2 = new float[MAX_CONDUCTORS];
    private final float[] y2 = new float[MAX_CONDUCTORS];
    private final float[] thickness = new float[MAX_CONDUCTORS];
    private final Dice dice;
    private final float length;
    private int conductors;
    private Raster raster;

    /** A layout for boards of {@code length} units that decides by {@code dice}. */
    BoardLayout(float length, Dice dice) {
        this.length = length;
        this.dice = dice;
    }

    /** Draws a board on a bare raster. */
    void draw(Raster raster) {
        this.raster = raster;
        conductors = 0;
        float y = dice.between(14f, 30f);
        int last = -1;
        while (raster.unitsHigh() - y > 56) {
            int kind = dice.below(BAND_KINDS);
            if (kind != last) {
                y += band(kind, y, raster.unitsHigh() - y - 10) + dice.between(20f, 34f);
            }
            last = kind;
        }
        jumpers();
    }

    private float band(int kind, float top, float room) {
        switch (kind) {
            case 0:
                return bus(top, room);
            case 1:
                return pads(top, room);
            case 2:
                return rail(top, room);
            case 3:
                return rings(top, room);
            default:
                return meander(top, room);
        }
    }

    /** Parallel tracks with a common 45 degree jog, a via at each end. Like the others, returns the height used. */
    private float bus(float top, float room) {
        float pitch = dice.between(23f, 31f);
        float wide = dice.between(6.5f, 10f);
        int tracks = Math.max(2, Math.min(dice.between(3, 6), (int) (room / pitch) - 1));
        float jog = Math.max(0, Math.min(dice.between(15f, 45f), room - tracks * pitch));
        int down = dice.sign();
        float jogX = dice.between(0.3f, 0.6f) * length;
        for (int i = 0; i < tracks; i++) {
            float from = top + pitch * (i + 0.5f) + (down < 0 ? jog : 0);
            float to = from + down * jog;
            float bend = jogX - down * i * pitch * DIAGONAL_SHIFT;
            float start = MARGIN + dice.between(0f, 14f) + (i % 2) * 34;
            float end = length - MARGIN - dice.between(0f, 14f) - ((i + 1) % 2) * 34;
            track(start, from, bend, from, wide);
            track(bend, from, bend + jog, to, wide);
            track(bend + jog, to, end, to, wide);
            raster.disc(start, from, wide / 2 + 7, COPPER);
            raster.disc(end, to, wide / 2 + 7, COPPER);
        }
        return tracks * pitch + jog;
    }

    /** Two rows of surface-mount pads: the upper ones lead to vias between the rows, the lower ones to each other. */
    private float pads(float top, float room) {
        float high = dice.between(22f, 28f);
        float wide = dice.between(30f, 38f);
        float pitch = wide + dice.between(40f, 54f);
        float apart = high + pitch / 2 + dice.between(48f, 60f);
        float loop = 50;
        if (high + apart + loop > room) {
            return 0;
        }
        float upper = top + high / 2;
        float wire = dice.between(9f, 11f);
        float first = MARGIN + wide / 2 + dice.between(0f, 20f);
        int pairs = (int) ((length - MARGIN - wide / 2 - first) / (2 * pitch) + 0.5f);
        for (int i = 0; i < 2 * pairs; i++) {
            float x = first + i * pitch;
            pad(x, upper, wide, high);
            float bend = upper + high / 2 + 32;
            float aside = pitch * dice.between(0.44f, 0.48f);
            track(x, upper, x, bend, wire);
            track(x, bend, x + aside, bend + aside, wire);
            raster.disc(x + aside, bend + aside, wire / 2 + 7, COPPER);
            pad(x, upper + apart, wide, high);
            if (i % 2 == 0) {
                loop(x, x + pitch, upper + apart, upper + apart + high / 2 + loop - wire / 2, wire);
            }
        }
        return apart + high + loop;
    }

    /** From one pad down, along with bevelled corners, and up to another. */
    private void loop(float fromX, float toX, float y, float bottom, float wire) {
        float bevel = 14;
        track(fromX, y, fromX, bottom - bevel, wire);
        track(fromX, bottom - bevel, fromX + bevel, bottom, wire);
        track(fromX + bevel, bottom, toX - bevel, bottom, wire);
        track(toX - bevel, bottom, toX, bottom - bevel, wire);
        track(toX, bottom - bevel, toX, y, wire);
    }

    /** A broad rail with a 45 degree jog between two mounting pads. */
    private float rail(float top, float room) {
        float wide = Math.min(dice.between(34f, 62f), room - 30);
        float ring = wide / 2 + dice.between(10f, 16f);
        float jog = Math.max(0, Math.min(dice.between(0f, 60f), room - 2 * ring));
        int down = dice.sign();
        float from = top + ring + (down < 0 ? jog : 0);
        float to = from + down * jog;
        float bend = dice.between(0.25f, 0.6f) * length;
        float start = MARGIN + ring;
        float end = length - MARGIN - ring;
        track(start, from, bend, from, wide);
        track(bend, from, bend + jog, to, wide);
        track(bend + jog, to, end, to, wide);
        ring(start, from, ring, dice.between(12f, 16f));
        ring(end, to, ring, dice.between(12f, 16f));
        return 2 * ring + jog;
    }

    /** A row of through-hole pads, some linked by a track. */
    private float rings(float top, float room) {
        float outer = Math.min(dice.between(24f, 32f), room / 2);
        float hole = outer * dice.between(0.5f, 0.62f);
        float pitch = 2 * outer + dice.between(110f, 170f);
        float y = top + outer;
        for (float x = MARGIN + outer + dice.between(0f, 20f); x + outer < length - MARGIN; x += pitch) {
            if (x + pitch + outer < length - MARGIN && dice.chance(0.6f)) {
                track(x, y, x + pitch, y, dice.between(14f, 20f));
            }
            ring(x, y, outer, hole);
        }
        return 2 * outer;
    }

    /** A track going up and down, as for equal lengths, and a broad pour beside it. */
    private float meander(float top, float room) {
        float high = Math.min(dice.between(60f, 100f), room);
        float wide = dice.between(7f, 9f);
        float pitch = dice.between(22f, 28f);
        float bottom = top + high - wide / 2;
        float y = top + wide / 2;
        float x = MARGIN + 12;
        float until = length * dice.between(0.4f, 0.65f);
        raster.disc(x, y, wide / 2 + 6, COPPER);
        float turnRadius = pitch / 2;
        for (int turn = 0; x + pitch < until; turn++, x += pitch) {
            boolean below = turn % 2 == 0;
            float far = below ? bottom : y;
            float bend = below ? bottom - turnRadius * 0.6f : y + turnRadius * 0.6f;
            track(x, turn == 0 ? y : y + turnRadius * 0.6f, x, bottom - turnRadius * 0.6f, wide);
            track(x, bend, x + turnRadius * 0.6f, far, wide);
            track(x + turnRadius * 0.6f, far, x + pitch - turnRadius * 0.6f, far, wide);
            track(x + pitch - turnRadius * 0.6f, far, x + pitch, bend, wide);
        }
        track(x, y + turnRadius * 0.6f, x, bottom - turnRadius * 0.6f, wide);
        float pour = x + 30 + dice.between(0f, 30f);
        float right = length - MARGIN;
        float middle = top + high / 2;
        track(pour + high / 2, middle, right - high / 2, middle, high * dice.between(0.6f, 1f));
        return high;
    }

    /** Short tracks with a via at each end, wherever there is room. */
    private void jumpers() {
        for (int tries = 0; tries < 30; tries++) {
            float half = dice.between(45f, 80f);
            float x = dice.between(MARGIN + half, length - MARGIN - half);
            float y = dice.between(MARGIN, raster.unitsHigh() - MARGIN);
            float slope = dice.between(-1, 1);
            float wire = dice.between(7f, 9f);
            if (isBareAlong(x, y, half, slope)) {
                track(x - half, y - slope * half, x + half, y + slope * half, wire);
                raster.disc(x - half, y - slope * half, wire / 2 + 7, COPPER);
                raster.disc(x + half, y + slope * half, wire / 2 + 7, COPPER);
            }
        }
    }

    private boolean isBareAlong(float x, float y, float reach, float slope) {
        for (float along = -reach; along <= reach; along += 8) {
            float atY = y + slope * along;
            if (atY < MARGIN || atY > raster.unitsHigh() - MARGIN || !isBareAround(raster, x + along, atY, 24)) {
                return false;
            }
        }
        return true;
    }

    /** Whether no copper lies within {@code radius} of a point, probed every few units. */
    static boolean isBareAround(Raster raster, float x, float y, float radius) {
        return isAllAround(raster, x, y, radius, false);
    }

    /** Whether all within {@code radius} of a point is copper ({@code true}) or bare ({@code false}). */
    static boolean isAllAround(Raster raster, float x, float y, float radius, boolean copper) {
        for (float dy = -radius; dy <= radius; dy += 2) {
            for (float dx = -radius; dx <= radius; dx += 2) {
                if (dx * dx + dy * dy <= radius * radius && raster.isCopper(x + dx, y + dy) != copper) {
                    return false;
                }
            }
        }
        return true;
    }

    private void pad(float x, float y, float wide, float high) {
        raster.rectangle(x, y, wide, high, COPPER);
        remember(x - wide / 2, y, x + wide / 2, y, high);
    }

    private void ring(float x, float y, float outer, float hole) {
        raster.disc(x, y, outer, COPPER);
        raster.disc(x, y, hole, BARE);
    }

    private void track(float fromX, float fromY, float toX, float toY, float wide) {
        raster.line(fromX, fromY, toX, toY, wide, COPPER);
        remember(fromX, fromY, toX, toY, wide);
    }

    private void remember(float fromX, float fromY, float toX, float toY, float wide) {
        if (conductors < MAX_CONDUCTORS) {
            x1[conductors] = fromX;
            y1[conductors] = fromY;
            x2[conductors] = toX;
            y2[conductors] = toY;
            thickness[conductors] = wide;
            conductors++;
        }
    }

    /** Conductors of the board drawn last: straight pieces of track, and pads as broad tracks. */
    int conductors() {
        return conductors;
    }

    float startX(int conductor) {
        return x1[conductor];
    }

    float startY(int conductor) {
        return y1[conductor];
    }

    float endX(int conductor) {
        return x2[conductor];
    }

    float endY(int conductor) {
        return y2[conductor];
    }

    float thickness(int conductor) {
        return thickness[conductor];
    }
}
