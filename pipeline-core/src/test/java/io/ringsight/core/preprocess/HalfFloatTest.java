package io.ringsight.core.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfFloatTest {
    /** The value of a half float, straight from IEEE 754. */
    static float toFloat(short half) {
        int sign = (half & 0x8000) == 0 ? 1 : -1;
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 31) {
            return fraction != 0 ? Float.NaN : sign * Float.POSITIVE_INFINITY;
        }
        double size = exponent == 0 ? fraction * 0x1p-24 : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
        return (float) (sign * size);
    }

    @Test
    void everyHalfComesBackAsItself() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short half = (short) bits;
            if (!Float.isNaN(toFloat(half))) {
                assertThat(HalfFloat.of(toFloat(half))).isEqualTo(half);
            }
        }
    }

    @Test
    void isTheNearest() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            float value = random.nextFloat() * 300;
            assertThat(toFloat(HalfFloat.of(value)))
                    .as("seed %d", seed)
                    .isEqualTo(value, within(Math.max(value / 2048, 0x1p-25f)));
        }
    }

    @Test
    void keepsItsLimits() {
        assertThat(toFloat(HalfFloat.of(1e9f))).isEqualTo(65_504f);
        assertThat(toFloat(HalfFloat.of(Float.NaN))).isNaN();
        assertThat(toFloat(HalfFloat.of(Float.NEGATIVE_INFINITY))).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(toFloat(HalfFloat.of(1e-9f))).isZero();
    }
}
