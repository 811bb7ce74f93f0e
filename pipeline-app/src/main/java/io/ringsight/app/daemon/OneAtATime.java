package io.ringsight.app.daemon;

import io.ringsight.core.decision.Decision;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.pipeline.ResultSink;

/** Lets several pipelines hand their results to a sink that is for one thread at a time. */
final class OneAtATime implements ResultSink {
    private final ResultSink sink;

    OneAtATime(ResultSink sink) {
        this.sink = sink;
    }

    @Override
    public synchronized void frame(FrameResult result, boolean lossless) throws InterruptedException {
        sink.frame(result, lossless);
    }

    @Override
    public synchronized void gap(Gap gap, boolean lossless) throws InterruptedException {
        sink.gap(gap, lossless);
    }

    @Override
    public synchronized void decision(Decision decision, long frameSeq, boolean lossless) throws InterruptedException {
        sink.decision(decision, frameSeq, lossless);
    }

    @Override
    public boolean hasRoom() {
        return sink.hasRoom();
    }

    @Override
    public void onRoom(Runnable listener) {
        sink.onRoom(listener);
    }
}
