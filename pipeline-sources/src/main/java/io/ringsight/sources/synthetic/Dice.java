package io.ringsight.sources.synthetic;

/**
 * Repeatable random numbers: SplitMix64 (Steele, Lea, Flood 2014), the same on every platform. Re-seeded instead of
 * made again, so drawing a board allocates nothing. Owned by one thread.
 */
final class Dice {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** Starts the sequence that belongs to the pair of {@code seed} and {@code index}. */
    void seed(long seed, long index) {
        state = mix(seed * GOLDEN_GAMMA + mix(index + 1));
    }

    private long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    /** A whole number from 0 to {@code bound - 1}. */
    int below(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    /** A whole number from {@code low} to {@code high}, both possible. */
    int between(int low, int high) {
        return low + below(high - low + 1);
    }

    /** A number from {@code low} to just under {@code high}. */
    float between(float low, float high) {
        return low + (high - low) * (next() >>> 40) * 0x1p-24f;
    }

    /** True with probability {@code p}. */
    boolean chance(float p) {
        return between(0f, 1f) < p;
    }

    /** 1 or -1. */
    int sign() {
        return below(2) * 2 - 1;
    }
}
