package io.ringsight.app.live;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.preprocess.JpegEncoder;
import io.ringsight.sinks.EncodedMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A source that somebody watches. At most one of its pictures is held at a time, from when the Publish thread hands it
 * over until it is encoded: that is one more than the source needs for itself, and it has one more.
 */
final class WatchedSource {
    /** FFmpeg's scale: small enough for a network, without marks that could be taken for a defect. */
    private static final int QUANTIZER = 5;

    /** Who has the fields of the picture handed over. */
    private enum Turn {
        PUBLISH,
        HANDING_OVER,
        ENCODER,
        NOBODY
    }

    /** Somebody who watches. */
    record Viewer(ViewerWish wish, Consumer<LivePicture> eyes) {}

    private final SourceId id;
    private final List<Viewer> viewers = new CopyOnWriteArrayList<>();
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.PUBLISH);
    private volatile ViewerWish wish = new ViewerWish(ViewerWish.MIN_WIDTH, 1);

    /** The Publish thread's. */
    private EncodedMessage latest;

    private long dueNs;
    private boolean begun;

    private Picture picture;
    private long frameSeq;
    private byte[] message;

    /** The encoder's. */
    private final JpegEncoder jpeg = new JpegEncoder(QUANTIZER);

    WatchedSource(SourceId id) {
        this.id = id;
    }

    SourceId id() {
        return id;
    }

    /** Not at the same time as {@link #remove}. */
    void add(Viewer viewer) {
        viewers.add(viewer);
        wish = viewers.stream().map(Viewer::wish).reduce(wish, ViewerWish::and);
    }

    /** Returns whether anybody is left. */
    boolean remove(Viewer viewer) {
        viewers.remove(viewer);
        viewers.stream().map(Viewer::wish).reduce(ViewerWish::and).ifPresent(left -> wish = left);
        return !viewers.isEmpty();
    }

    /** The message of the frame that {@link #offer} tells of next. Publish thread. */
    void saw(EncodedMessage newest) {
        latest = newest;
    }

    /** Takes a frame's picture if it is time for one and the last is done with. Returns whether. Publish thread. */
    boolean offer(FrameResult frame, long nowNs) {
        if (begun && nowNs - dueNs < 0 || !turn.compareAndSet(Turn.PUBLISH, Turn.HANDING_OVER)) {
            return false;
        }
        frame.picture().retain();
        picture = frame.picture();
        frameSeq = frame.frameSeq();
        message = latest != null && latest.key().frameSeq() == frameSeq ? latest.bytes() : null;
        long intervalNs = wish.intervalNs();
        dueNs = begun && nowNs - dueNs < intervalNs ? dueNs + intervalNs : nowNs + intervalNs;
        begun = true;
        turn.set(Turn.ENCODER);
        return true;
    }

    /** Encodes what was handed over, if something was, and shows it to all who watch; returns whether. Encoder thread. */
    boolean encode() {
        if (turn.get() != Turn.ENCODER) {
            return false;
        }
        LivePicture made;
        try {
            made = new LivePicture(
                    id.value(),
                    frameSeq,
                    picture.captureUtcNs(),
                    jpeg.encode(picture, wish.width()).bytes(),
                    message);
        } finally {
            giveBack(Turn.PUBLISH);
        }
        viewers.forEach(viewer -> viewer.eyes().accept(made));
        return true;
    }

    private void giveBack(Turn next) {
        Picture done = picture;
        picture = null;
        message = null;
        turn.set(next);
        done.release();
    }

    /** Nobody watches any more: nothing is taken from now on. Encoder thread. */
    void close() {
        while (!turn.compareAndSet(Turn.PUBLISH, Turn.NOBODY)) {
            if (turn.get() == Turn.ENCODER) {
                giveBack(Turn.NOBODY);
                break;
            }
            Thread.onSpinWait();
        }
        jpeg.close();
    }
}
