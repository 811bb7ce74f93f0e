package io.ringsight.sources.time;

/**
 * Unit of a stream's time stamps: {@code numerator / denominator} seconds. Exact in integers, rounded down to the
 * nanosecond.
 */
public record TimeBase(long numerator, long denominator) {
    private static final long NS_PER_S = 1_000_000_000L;

    public TimeBase {
        if (numerator < 1 || denominator < 1 || numerator > Integer.MAX_VALUE || denominator > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("time base out of range: " + numerator + "/" + denominator);
        }
        long divisor = gcd(numerator, denominator);
        numerator /= divisor;
        denominator /= divisor;
    }

    /**
     * {@code ticks} in nanoseconds.
     *
     * @throws ArithmeticException if they are beyond 292 years
     */
    long toNs(long ticks) {
        // ticks * numerator * 1e9 / denominator, whole seconds and the rest apart so that 63 bits are enough.
        long scaled = Math.multiplyExact(ticks, numerator);
        long seconds = Math.floorDiv(scaled, denominator);
        long rest = Math.floorMod(scaled, denominator);
        return Math.addExact(Math.multiplyExact(seconds, NS_PER_S), rest * NS_PER_S / denominator);
    }

    /** One tick in microseconds, rounded up. */
    long tickUs() {
        return (numerator * 1_000_000L + denominator - 1) / denominator;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
