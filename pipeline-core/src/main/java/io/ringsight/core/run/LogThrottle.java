package io.ringsight.core.run;

import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.util.Locale;

/**
 * Lets what happens often into the log at most once an interval: the first at once, then one line for many. The line tells
 * of the last one, and how many it stands for since when. What comes after the last line of a storm is told with the
 * first of the next. Any thread.
 */
public final class LogThrottle {
    private final Clock clock;
    private final long intervalNs;
    private boolean hasTold;
    private long toldNs;
    private long untold;
    private long firstNs;

    /** @param interval least time between two lines */
    public LogThrottle(Clock clock, Duration interval) {
        this.clock = clock;
        intervalNs = interval.toNanos();
    }

    /** Runs {@code line}, which tells of what happened just now, if it is time for one. */
    public void tell(Line line) {
        tell(1, line);
    }

    /** As {@link #tell(Line)}, of so many at once. */
    public synchronized void tell(long count, Line line) {
        long nowNs = clock.nanoTime();
        if (untold == 0) {
            firstNs = nowNs;
        }
        untold += count;
        if (!hasTold || nowNs - toldNs >= intervalNs) {
            tellRest(line);
        }
    }

    /** Runs {@code line} for what was not told yet, if there is anything, whether it is time or not: at the end. */
    public synchronized void tellRest(Line line) {
        if (untold > 0) {
            long nowNs = clock.nanoTime();
            line.write(new Span(untold, (nowNs - firstNs) / 1e9));
            hasTold = true;
            toldNs = nowNs;
            untold = 0;
        }
    }

    /** Writes a line into the log. */
    @FunctionalInterface
    public interface Line {
        /** @param span what the line stands for */
        void write(Span span);
    }

    /**
     * What one line stands for.
     *
     * @param count how many, the one it tells of included
     * @param seconds from the first of them to the last, which it tells of
     */
    public record Span(long count, double seconds) {
        /** For the end of a line: {@code ; 17 such in the last 3.2 s}; empty of a single one. */
        @Override
        public String toString() {
            return count == 1 ? "" : String.format(Locale.ROOT, "; %d such in the last %.1f s", count, seconds);
        }
    }
}
