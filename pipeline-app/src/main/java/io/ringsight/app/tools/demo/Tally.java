package io.ringsight.app.tools.demo;

import io.ringsight.client.FrameMessage;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** Counts and times of the messages read back. One thread. */
final class Tally {
    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_MS = 1e6;

    /** Durations, sorted when asked. */
    static final class Durations {
        private long[] ns = new long[1024];
        private int size;

        void add(long durationNs) {
            if (size == ns.length) {
                ns = Arrays.copyOf(ns, 2 * size);
            }
            ns[size++] = durationNs;
        }

        /** The smallest duration that {@code share} of all do not exceed, in milliseconds; NaN when there is none. */
        double ms(double share) {
            if (size == 0) {
                return Double.NaN;
            }
            long[] sorted = Arrays.copyOf(ns, size);
            Arrays.sort(sorted);
            int rank = (int) Math.ceil(share * size);
            return sorted[Math.max(0, Math.min(size, rank) - 1)] / NS_PER_MS;
        }

        int size() {
            return size;
        }
    }

    private final Durations processing = new Durations();
    private final Durations wholeWay = new Durations();
    private long frames;
    private long lost;
    private long gaps;
    private long objects;
    private long firstNs;
    private long lastNs;

    /** Adds a message read at {@code readUtc}, {@code nowNs} by the monotonic clock. */
    void add(Message message, Instant readUtc, long nowNs) {
        if (message instanceof GapMessage gap) {
            gaps++;
            lost += gap.coverage().lost();
        } else if (message instanceof FrameMessage frame) {
            if (frames == 0) {
                firstNs = nowNs;
            }
            lastNs = nowNs;
            frames++;
            lost += frame.coverage().lost();
            objects += frame.objects().size();
            processing.add(frame.times().stages().latencyNs());
            frame.times()
                    .capture()
                    .utc()
                    .ifPresent(
                            utc -> wholeWay.add(Duration.between(utc, readUtc).toNanos()));
        }
    }

    long frames() {
        return frames;
    }

    /** Frames counted in gaps. */
    long lost() {
        return lost;
    }

    /** Gap messages. */
    long gaps() {
        return gaps;
    }

    /** Objects in all messages. */
    long objects() {
        return objects;
    }

    /** Time from the first frame's message to the last one's, in seconds. */
    double seconds() {
        return (lastNs - firstNs) / NS_PER_S;
    }

    /** Frame messages a second; 0 before the second. */
    double fps() {
        return frames > 1 ? (frames - 1) / Math.max(1e-9, seconds()) : 0;
    }

    /** From decoded to published, as the messages tell. */
    Durations processing() {
        return processing;
    }

    /** From captured to read back, by this machine's clock. */
    Durations wholeWay() {
        return wholeWay;
    }
}
