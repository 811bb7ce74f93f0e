package io.ringsight.app.live;

import io.ringsight.app.http.Feed;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.core.metrics.Counters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pictures to one viewer as {@code multipart/x-mixed-replace} (MJPEG), which browsers, VLC and FFmpeg open. Of each source
 * the newest is sent, and the sources take turns: a slow viewer sees fewer pictures, never old ones. Each part names its
 * source and frame; where messages are wanted, the frame's comes as a part of its own before the picture.
 */
final class LiveStream implements Feed.Stream {
    static final String CONTENT_TYPE = "multipart/x-mixed-replace; boundary=ringsight";
    static final String SOURCE = "Ringsight-Source";
    static final String FRAME_SEQ = "Ringsight-Frame-Seq";
    private static final String CAPTURE_NS = "Ringsight-Capture-Utc-Ns";
    /** What may stand before the first part. */
    private static final byte[] PREAMBLE = "\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] END_OF_PART = PREAMBLE;

    private final boolean withMessages;
    private final Runnable wake;
    private final Counters<HttpCounter> metrics;
    private final List<Runnable> endings = new ArrayList<>();
    /** The newest of each source that is not sent yet, in the order of their turns. */
    private final Map<String, LivePicture> waiting = new LinkedHashMap<>();

    private LivePicture sent;

    LiveStream(boolean withMessages, Runnable wake, Counters<HttpCounter> metrics) {
        this.withMessages = withMessages;
        this.wake = wake;
        this.metrics = metrics;
    }

    /** Has this done when the viewer is gone. */
    void until(Runnable ending) {
        endings.add(ending);
    }

    /** There is a picture. Any thread. */
    void show(LivePicture picture) {
        synchronized (this) {
            if (waiting.put(picture.sourceId(), picture) != null) {
                metrics.count(HttpCounter.PICTURES_SKIPPED);
            }
        }
        wake.run();
    }

    /** A sign of life is the last picture once more: players know no other. */
    @Override
    public synchronized ByteBuffer next(boolean beat) {
        Iterator<LivePicture> turns = waiting.values().iterator();
        if (turns.hasNext()) {
            sent = turns.next();
            turns.remove();
        } else if (!beat) {
            return null;
        }
        return sent == null ? ByteBuffer.wrap(PREAMBLE) : parts(sent);
    }

    private ByteBuffer parts(LivePicture picture) {
        byte[] message = withMessages && picture.message() != null ? picture.message() : new byte[0];
        byte[] before = message.length == 0 ? new byte[0] : head(picture, "application/json", message.length);
        byte[] head = head(picture, "image/jpeg", picture.jpeg().length);
        int size = before.length + message.length + head.length + picture.jpeg().length + 2 * END_OF_PART.length;
        ByteBuffer parts = ByteBuffer.allocate(size);
        if (message.length > 0) {
            parts.put(before).put(message).put(END_OF_PART);
        }
        return parts.put(head).put(picture.jpeg()).put(END_OF_PART).flip();
    }

    private static byte[] head(LivePicture picture, String contentType, int length) {
        return ("--ringsight\r\nContent-Type: " + contentType + "\r\nContent-Length: " + length + "\r\n" + SOURCE + ": "
                        + picture.sourceId() + "\r\n" + FRAME_SEQ + ": " + picture.frameSeq() + "\r\n" + CAPTURE_NS
                        + ": " + picture.utcNs() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        endings.forEach(Runnable::run);
    }
}
