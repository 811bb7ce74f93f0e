package io.ringsight.sources.libav;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What sources allocate of FFmpeg and must free by hand, and how many of each are alive in this process. What a source
 * made is freed when it is closed, and what belongs to one connection when that ends.
 */
public enum NativeObject {
    /** A demuxer with its connection. */
    FORMAT_CONTEXT,
    /** A decoder. */
    CODEC_CONTEXT,
    /** A frame, with or without pixels. */
    FRAME,
    PACKET,
    /** Options on their way into a demuxer or decoder. */
    DICTIONARY;

    private final AtomicLong alive = new AtomicLong();

    public void made() {
        alive.getAndIncrement();
    }

    public void freed() {
        alive.getAndDecrement();
    }

    /** How many there are now. */
    public long alive() {
        return alive.get();
    }
}
