package io.ringsight.app.tools.acceptance;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;

/** A source of one picture, over and over, as fast as it is taken: what a decoder that costs nothing would give. */
final class DecodedStream implements Source {
    /** For its intake. */
    static final int CREDITS = 8;

    /** More than its credits: so it waits for these, and for no picture. */
    private final Picture[] pictures = new Picture[CREDITS + 2];

    private volatile boolean stopped;

    /** Of pictures that share the pixels of {@code like}, which belong to the caller. */
    DecodedStream(Picture like) {
        for (int i = 0; i < pictures.length; i++) {
            pictures[i] = new Picture();
            pictures[i].layout(like.width(), like.height(), like.pixelFormat());
            for (int plane = 0; plane < Picture.MAX_PLANES; plane++) {
                pictures[i].plane(plane, like.planeAddress(plane), like.planeStride(plane));
            }
        }
    }

    @Override
    public Ending run(FrameIntake intake) throws InterruptedException {
        for (int i = 0; !stopped; i = (i + 1) % pictures.length) {
            if (pictures[i].tryAcquire()) {
                intake.offer(pictures[i]);
            }
        }
        return Ending.stopped();
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean lossless() {
        return true;
    }

    @Override
    public void close() {
        // It has no memory of its own.
    }
}
