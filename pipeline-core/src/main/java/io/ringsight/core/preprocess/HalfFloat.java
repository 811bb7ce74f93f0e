package io.ringsight.core.preprocess;

/** IEEE 754 binary16. Java 17 has no conversion of its own (20 has {@code Float.floatToFloat16}). */
public final class HalfFloat {
    private static final float MAX_VALUE = 65_504f;
    private static final float MIN_NORMAL = 0x1p-14f;
    private static final float SUBNORMAL_STEPS = 0x1p24f;

    private HalfFloat() {}

    /** The nearest half float, ties to even; finite values beyond its range become the largest. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float size = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (Float.isInfinite(value)) {
            return (short) (sign | 0x7c00);
        }
        if (size < MIN_NORMAL) {
            return (short) (sign | (int) Math.rint(size * SUBNORMAL_STEPS));
        }
        int magnitude = Float.floatToRawIntBits(Math.min(size, MAX_VALUE));
        // Drop 13 of 23 fraction bits, ties to even; a carry into the exponent is right as it is.
        int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
        return (short) (sign | (rounded >>> 13) - (112 << 10));
    }
}
