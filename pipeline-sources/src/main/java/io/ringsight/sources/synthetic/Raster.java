package io.ringsight.sources.synthetic;

import java.util.Arrays;

/**
 * A black-and-white drawing of copper (dark) on bare laminate (bright), as a binarising inspection camera gives it,
 * with edges as rough as etching leaves them. Coordinates are board units; {@code scale} pixels are one unit. What lies
 * outside is cut off. Drawing allocates nothing. Owned by one thread.
 */
final class Raster {
    /** Luma of copper, limited range. */
    static final byte COPPER = 16;
    /** Luma of bare laminate, limited range. */
    static final byte BARE = (byte) 235;

    private static final float ROUGHNESS = 0.15f;
    private static final int BOX_SIDES = 4;

    private final int width;
    private final int height;
    private final float scale;
    private final byte[] pixels;
    private final int[] bounds = new int[BOX_SIDES];
    private long roughSeed;

    Raster(int width, int height, float scale) {
        this.width = width;
        this.height = height;
        this.scale = scale;
        pixels = new byte[width * height];
    }

    /** Makes all of it bare, and its edges rough in the way of {@code seed}. */
    void clear(long seed) {
        roughSeed = seed;
        Arrays.fill(pixels, BARE);
    }

    /** Becomes the same as {@code other}, which has the same size. */
    void copyFrom(Raster other) {
        roughSeed = other.roughSeed;
        System.arraycopy(other.pixels, 0, pixels, 0, pixels.length);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** The pixels, row by row without padding. */
    byte[] pixels() {
        return pixels;
    }

    float scale() {
        return scale;
    }

    /** Width in units. */
    float unitsWide() {
        return width / scale;
    }

    /** Height in units. */
    float unitsHigh() {
        return height / scale;
    }

    /** Whether there is copper at a point; outside there is none. */
    boolean isCopper(float x, float y) {
        int column = (int) Math.floor(x * scale);
        int row = (int) Math.floor(y * scale);
        return column >= 0 && column < width && row >= 0 && row < height && pixels[row * width + column] == COPPER;
    }

    /** A straight track with round ends, {@code thickness} wide, of {@code material}. */
    void line(float x1, float y1, float x2, float y2, float thickness, byte material) {
        float radius = thickness / 2;
        clip(
                Math.min(x1, x2) - radius,
                Math.min(y1, y2) - radius,
                Math.max(x1, x2) + radius,
                Math.max(y1, y2) + radius);
        float dx = x2 - x1;
        float dy = y2 - y1;
        float lengthSquared = Math.max(dx * dx + dy * dy, 1e-6f);
        float sure = Math.max(0, radius - ROUGHNESS);
        float never = radius + ROUGHNESS;
        for (int row = bounds[1]; row < bounds[3]; row++) {
            float y = (row + 0.5f) / scale;
            for (int column = bounds[0]; column < bounds[2]; column++) {
                float x = (column + 0.5f) / scale;
                float along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / lengthSquared));
                float offX = x - x1 - along * dx;
                float offY = y - y1 - along * dy;
                float distance = offX * offX + offY * offY;
                if (distance < never * never && (distance < sure * sure || isWithin(distance, radius, x, y))) {
                    pixels[row * width + column] = material;
                }
            }
        }
    }

    /** A round dot. */
    void disc(float x, float y, float radius, byte material) {
        line(x, y, x, y, 2 * radius, material);
    }

    /** A rectangle along the axes, given by its middle. */
    void rectangle(float x, float y, float wide, float high, byte material) {
        clip(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2);
        for (int row = bounds[1]; row < bounds[3]; row++) {
            float insideY = high / 2 - Math.abs((row + 0.5f) / scale - y);
            for (int column = bounds[0]; column < bounds[2]; column++) {
                float insideX = wide / 2 - Math.abs((column + 0.5f) / scale - x);
                float inside = Math.min(insideX, insideY);
                if (inside > ROUGHNESS || inside > rough((column + 0.5f) / scale, (row + 0.5f) / scale)) {
                    pixels[row * width + column] = material;
                }
            }
        }
    }

    private boolean isWithin(float distanceSquared, float radius, float x, float y) {
        float edge = Math.max(0, radius + rough(x, y));
        return distanceSquared < edge * edge;
    }

    /** How far an edge is off at a point: the same within two units, so it looks etched and not like noise. */
    private float rough(float x, float y) {
        long cell = ((long) Math.floor(x / 2) << 32) ^ ((long) Math.floor(y / 2) & 0xFFFFFFFFL);
        return ((Dice.mix(cell ^ roughSeed) >>> 40) * 0x1p-23f - 1) * ROUGHNESS;
    }

    private void clip(float left, float top, float right, float bottom) {
        bounds[0] = Math.max(0, (int) Math.floor((left - ROUGHNESS) * scale));
        bounds[1] = Math.max(0, (int) Math.floor((top - ROUGHNESS) * scale));
        bounds[2] = Math.min(width, (int) Math.ceil((right + ROUGHNESS) * scale) + 1);
        bounds[3] = Math.min(height, (int) Math.ceil((bottom + ROUGHNESS) * scale) + 1);
    }
}
