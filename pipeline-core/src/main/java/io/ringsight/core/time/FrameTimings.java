package io.ringsight.core.time;

/**
 * When one frame passed each point of its way, in {@link Clock#nanoTime()} nanoseconds. Part of a ring slot, made once;
 * written by the stage that owns the slot at that moment.
 *
 * <p>Queue, preprocess, infer and post add up to {@link #latencyNs()}: no nanosecond between decode and publish is
 * left out.
 */
public final class FrameTimings {
    private long decodeNs;
    private long decodedAtNs;
    private long loadStartNs;
    private long loadEndNs;
    private long launchedNs;
    private long inferredNs;
    private long publishedNs;

    /** Starts a new frame: decoded at {@code decodedAtNs} after {@code decodeNs} of decoder time. */
    public void start(long decodeNs, long decodedAtNs) {
        this.decodeNs = decodeNs;
        this.decodedAtNs = decodedAtNs;
        loadStartNs = decodedAtNs;
        loadEndNs = decodedAtNs;
        launchedNs = decodedAtNs;
        inferredNs = decodedAtNs;
        publishedNs = decodedAtNs;
    }

    /** The picture, or its parts that are computed first, went into the lane's tensor between these two times. */
    public void loaded(long startNs, long endNs) {
        loadStartNs = startNs;
        loadEndNs = endNs;
        launchedNs = endNs;
        inferredNs = endNs;
        publishedNs = endNs;
    }

    /** The lane was set to work, of several the first. */
    public void launched(long nowNs) {
        launchedNs = nowNs;
        inferredNs = nowNs;
        publishedNs = nowNs;
    }

    /** The lane's result was there, of several the last. */
    public void inferred(long nowNs) {
        inferredNs = nowNs;
        publishedNs = nowNs;
    }

    /** The frame was handed to the sinks. */
    public void published(long nowNs) {
        publishedNs = nowNs;
    }

    /** When the picture, or its first part, began to be loaded. */
    public long loadStartNs() {
        return loadStartNs;
    }

    /** Time in the decoder. */
    public long decodeNs() {
        return decodeNs;
    }

    /** When the decoder gave the frame. */
    public long decodedAtNs() {
        return decodedAtNs;
    }

    /** Waiting: for the Dispatch stage, for a free lane, for the rest of the batch. */
    public long queueNs() {
        return loadStartNs - decodedAtNs + (launchedNs - loadEndNs);
    }

    /** Letterboxing into the lane's tensor. */
    public long preprocessNs() {
        return loadEndNs - loadStartNs;
    }

    /** From launch until the result was taken, waiting for earlier lanes' results included. */
    public long inferNs() {
        return inferredNs - launchedNs;
    }

    /** Decoding detections and waiting to be published. */
    public long postNs() {
        return publishedNs - inferredNs;
    }

    /** Decoded until published. */
    public long latencyNs() {
        return publishedNs - decodedAtNs;
    }
}
