package io.ringsight.sources.v4l2;

/**
 * Which frames a driver lost, by the numbers it gives them: it counts those too for which it had no buffer.
 *
 * <p>Owned by one thread; one for each opening; allocates nothing.
 */
final class SequenceWatch {
    private static final long NS_PER_US = 1_000;

    private final int buffers;
    private final long frameNs;
    private boolean begun;
    private int last;
    private long lastUs;
    private boolean waited;
    /** Frames that were there already when they were asked for, one after the other. */
    private int inARow;

    private boolean tooSlow;

    /**
     * @param buffers how many the driver has
     * @param frameNs from one frame to the next; 0: not known
     */
    SequenceWatch(int buffers, long frameNs) {
        this.buffers = buffers;
        this.frameNs = frameNs;
    }

    /** No frame was there when one was asked for. */
    void waited() {
        waited = true;
    }

    /**
     * A frame came.
     *
     * @return how many were lost between the one before and this one
     */
    int lostBefore(int sequence, long timestampUs) {
        int jump = begun ? sequence - last - 1 : 0;
        int lost = Math.max(0, Math.min(jump, limit(timestampUs)));
        tooSlow = inARow >= buffers;
        begun = true;
        last = sequence;
        lastUs = timestampUs;
        inARow = waited ? 1 : inARow + 1;
        waited = false;
        return lost;
    }

    /** Whether all buffers were full before the frame that came last, so that frames were lost by this machine. */
    boolean wasTooSlow() {
        return tooSlow;
    }

    /** No more can be lost than time has passed for, whatever a driver counts. */
    private int limit(long timestampUs) {
        long passedNs = (timestampUs - lastUs) * NS_PER_US;
        return frameNs == 0 || passedNs <= 0
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, passedNs / frameNs + 1);
    }
}
