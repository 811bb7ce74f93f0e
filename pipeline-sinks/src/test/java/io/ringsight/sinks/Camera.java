package io.ringsight.sinks;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;

/** A source's messages, numbered as the pipeline does: some frames are lost, now and then there is a gap. One thread. */
public final class Camera {
    private final MessageJson json;
    private final String sourceId;
    private long frameSeq;
    private long gapSeq;
    private long events;

    public Camera(String sourceId, Clock clock) {
        this.sourceId = sourceId;
        json = Sample.json(clock);
    }

    /** The next frame's message; none lost before it. */
    public EncodedMessage next() {
        return next(0);
    }

    /** The next frame's message after {@code lost} frames without one. */
    public EncodedMessage next(int lost) {
        long prev = frameSeq;
        frameSeq += lost + 1;
        return json.frame(Sample.frame(sourceId, frameSeq, prev));
    }

    /** The next frame's message with so many objects that it is about 100 bytes each longer. */
    public EncodedMessage next(int lost, int objects) {
        long prev = frameSeq;
        frameSeq += lost + 1;
        Sample.Frame frame = Sample.frame(sourceId, frameSeq, prev);
        for (int i = 0; i < objects; i++) {
            frame.detections().add(i, i, 10, 10, 0.5f, 1);
        }
        return json.frame(frame);
    }

    /** The message of an event behind its last frame. */
    public EncodedMessage event() {
        return json.decision(Sample.event(sourceId, ++events), frameSeq);
    }

    /** A gap message that tells of {@code lost} frames. */
    public EncodedMessage gap(int lost) {
        long prev = frameSeq;
        frameSeq += lost;
        return json.gap(Sample.gap(sourceId, ++gapSeq, GapReason.STALLED, frameSeq, prev));
    }

    /** Number of the last frame. */
    public long lastFrameSeq() {
        return frameSeq;
    }
}
