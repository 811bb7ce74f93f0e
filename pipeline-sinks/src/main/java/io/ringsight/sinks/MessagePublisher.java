package io.ringsight.sinks;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.pipeline.ResultSink;
import java.util.List;

/** Encodes each result once and hands it to every message sink. One thread. */
public final class MessagePublisher implements ResultSink {
    private final MessageJson json;
    private final List<MessageSink> sinks;

    public MessagePublisher(MessageJson json, List<? extends MessageSink> sinks) {
        this.json = json;
        this.sinks = List.copyOf(sinks);
    }

    @Override
    public void frame(FrameResult result, boolean lossless) throws InterruptedException {
        publish(json.frame(result), lossless);
    }

    @Override
    public void gap(Gap gap, boolean lossless) throws InterruptedException {
        publish(json.gap(gap), lossless);
    }

    private void publish(Message message, boolean lossless) throws InterruptedException {
        for (int i = 0; i < sinks.size(); i++) {
            if (lossless) {
                sinks.get(i).put(message);
            } else {
                sinks.get(i).offer(message);
            }
        }
    }
}
