package io.ringsight.sinks;

import io.ringsight.core.decision.Decision;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.pipeline.ResultSink;
import java.util.List;

/** Encodes each result once and hands it to every message sink, without waiting for any. One thread; several publishers may share
 * sinks. */
public final class MessagePublisher implements ResultSink {
    private final MessageJson json;
    private final List<MessageSink> sinks;
    private final MessageWatcher watcher;
    private final PictureKeeper pictures;

    public MessagePublisher(MessageJson json, List<? extends MessageSink> sinks) {
        this(json, sinks, MessageWatcher.NONE, PictureKeeper.NONE);
    }

    /**
     * @param watcher sees each message before the sinks do
     * @param pictures keeps pictures of frames that matter, which messages then refer to
     */
    public MessagePublisher(
            MessageJson json, List<? extends MessageSink> sinks, MessageWatcher watcher, PictureKeeper pictures) {
        this.json = json;
        this.sinks = List.copyOf(sinks);
        this.watcher = watcher;
        this.pictures = pictures;
    }

    @Override
    public void frame(FrameResult result, boolean lossless) {
        EncodedMessage message = encoded(result);
        watcher.saw(message, result.detections().size());
        publish(message, lossless);
    }

    private EncodedMessage encoded(FrameResult result) {
        PictureKeeper.Taken taken = pictures.take(result);
        if (taken == null) {
            return json.frame(result);
        }
        EncodedMessage message = null;
        try {
            message = json.frame(result, taken.uri(), taken.clipUri());
            return message;
        } finally {
            taken.keep(message);
        }
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        EncodedMessage message = json.gap(gap);
        watcher.saw(message, 0);
        publish(message, lossless);
    }

    @Override
    public void decision(Decision decision, long frameSeq, boolean lossless) {
        EncodedMessage message = json.decision(decision, frameSeq, pictures.uri(decision.sourceId(), frameSeq));
        watcher.saw(message, 0);
        publish(message, lossless);
    }

    /** Whether every sink has. Any thread. */
    @Override
    public boolean hasRoom() {
        for (int i = 0; i < sinks.size(); i++) {
            if (!sinks.get(i).hasRoom()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void onRoom(Runnable listener) {
        sinks.forEach(sink -> sink.onRoom(listener));
    }

    private void publish(EncodedMessage message, boolean lossless) {
        for (int i = 0; i < sinks.size(); i++) {
            if (lossless) {
                sinks.get(i).put(message);
            } else {
                sinks.get(i).offer(message);
            }
        }
    }
}
