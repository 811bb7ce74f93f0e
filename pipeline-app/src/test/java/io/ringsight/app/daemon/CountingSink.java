package io.ringsight.app.daemon;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.pipeline.ResultSink;
import java.util.concurrent.CountDownLatch;

/** Counts frames down. */
record CountingSink(CountDownLatch frames) implements ResultSink {
    @Override
    public void frame(FrameResult result, boolean lossless) {
        frames.countDown();
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        // frames are what tests wait for
    }
}
