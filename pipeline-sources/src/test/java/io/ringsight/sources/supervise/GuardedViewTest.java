package io.ringsight.sources.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.view.ViewGuard;
import io.ringsight.core.analyse.view.ViewWatcher;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.AllocationMeter;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A source's thread and the watcher of its view, with pictures in native memory. */
class GuardedViewTest {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int CELL = 20;
    private static final long FRAME_NS = 40_000_000L;

    private final SourceMetrics metrics = new SourceMetrics("cam");
    private final ViewWatcher watcher = new ViewWatcher(Clock.system(), work -> Threads.start("view-watch", work));
    private final ViewGuard guard = watcher.guard(metrics);
    private final Suspicions suspicions = new Suspicions(SuspicionLimits.NONE, Optional.of(guard));
    private final BytePointer[] pixels = {new BytePointer(WIDTH * HEIGHT), new BytePointer(WIDTH * HEIGHT)};
    private final Picture still = picture(0, 0);
    private final Picture shifted = picture(1, 12);
    private long nowNs;

    @AfterEach
    void free() {
        guard.close();
        watcher.close();
        still.release();
        shifted.release();
        assertThat(still.isFree()).isTrue();
        assertThat(shifted.isFree()).isTrue();
        for (BytePointer one : pixels) {
            one.close();
        }
    }

    @Test
    void aCameraThatWasMovedIsSuspectUntilItIsBack() {
        long learntNs = 30_000_000_000L;
        Await.until(() -> come(still) == null && nowNs > learntNs);
        assertThat(suspicions.doubt()).isNull();
        long movedNs = nowNs;
        Await.until(() -> come(shifted) == null && suspicions.doubt() == GapReason.MOVED);
        Await.until(() -> come(shifted) == GapReason.MOVED);
        assertThat(suspicions.doubt()).isNull();
        assertThat(nowNs - movedNs).isGreaterThan(3_000_000_000L);
        assertThat(suspicions.sinceNs(GapReason.MOVED, nowNs)).isGreaterThanOrEqualTo(nowNs - movedNs);
        assertThat(suspicions.detail(GapReason.MOVED)).contains("off by up to 1.9 %");
        Await.until(() -> come(still) == null);
        assertThat(metrics.value(Counter.CAMERA_MOVES)).isEqualTo(1);
        assertThat(metrics.value(Counter.VIEW_FAILURES)).isZero();
    }

    @Test
    void handingPicturesOverAllocatesNothing() {
        AllocationMeter meter = new AllocationMeter(3_000, 250, 4);
        for (int frame = 1; frame <= meter.last(); frame++) {
            come(still);
            meter.frame(frame);
        }
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }

    private GapReason come(Picture picture) {
        nowNs += FRAME_NS;
        return suspicions.of(picture, nowNs);
    }

    /** Grey tiles, so many pixels farther to the right. */
    private Picture picture(int which, int shift) {
        byte[] grey = new byte[WIDTH * HEIGHT];
        for (int i = 0; i < grey.length; i++) {
            int column = (i % WIDTH + 4 * CELL - shift) / CELL;
            int row = i / WIDTH / CELL;
            grey[i] = (byte) (40 + (((column * 31 + row) * 0x9E3779B9 >>> 16) * 0x85EBCA6B >>> 25));
        }
        pixels[which].put(grey);
        Picture picture = new Picture();
        picture.tryAcquire();
        picture.layout(WIDTH, HEIGHT, PixelFormat.GRAY8);
        picture.plane(0, pixels[which].address(), WIDTH);
        return picture;
    }
}
