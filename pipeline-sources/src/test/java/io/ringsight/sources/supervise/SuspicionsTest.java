package io.ringsight.sources.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.sources.AllocationMeter;
import io.ringsight.sources.watch.LumaLayout;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frozen and black pictures and stream time that stands still, by a clock that tests turn. */
class SuspicionsTest {
    private static final long FRAME_NS = 40_000_000L;
    private static final long SEED = 20261125;

    private final Suspicions suspicions = new Suspicions(new SuspicionLimits(10_000, 3_000), Optional.empty());
    private final Random random = new Random(SEED);
    private final Picture picture = new Picture();
    private BytePointer pixels = new BytePointer();
    private int format;
    private long nowNs = 5_000_000_000L;
    private long ptsNs;

    SuspicionsTest() {
        suspicions.begin();
        size(640, 360, PixelFormat.YUV420P);
    }

    @AfterEach
    void free() {
        pixels.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {PixelFormat.YUV420P, PixelFormat.YUYV422, PixelFormat.BGR24, avutil.AV_PIX_FMT_YUV420P10LE})
    void seesAFrozenPictureAfterTheTimeOutAndItsEndAtOnce(int pixelFormat) {
        size(640, 360, pixelFormat);
        fill(128, 40);
        long frozenNs = nowNs;
        while (come() == null) {
            assertThat(nowNs - frozenNs).isLessThan(11_000_000_000L);
        }
        assertThat(nowNs - frozenNs).isBetween(9_900_000_000L, 11_000_000_000L);
        assertThat(come()).isEqualTo(GapReason.FROZEN);
        patch(320, 180, 12, 12, 60);
        assertThat(come()).as("one small thing moved").isNull();
    }

    @Test
    void takesWhatAnEncoderMakesOfTheSamePictureForTheSame() {
        GapReason seen = null;
        for (int i = 0; i < 300 && seen == null; i++) {
            // Each key frame another quantiser: all levels move a little, and edges ring.
            fill(128 + i / 15 % 3 * 6, 0);
            patch(i / 15 % 5 * 40, 100, 3, 3, 80);
            seen = come();
        }
        assertThat(seen).isEqualTo(GapReason.FROZEN);
    }

    @Test
    void doesNotSuspectASceneInWhichASmallThingMoves() {
        for (int i = 0; i < 1000; i++) {
            fill(100, 3);
            patch(i * 2 % 600, 200, 14, 14, 70);
            assertThat(come()).as("frame %d", i).isNull();
        }
    }

    @Test
    void seesBlackWhateverItsNoise() {
        GapReason seen = null;
        for (int i = 0; i < 300 && seen == null; i++) {
            fill(16, 8);
            seen = come();
        }
        assertThat(seen).isEqualTo(GapReason.BLACK);
        fill(16, 8);
        patch(100, 100, 40, 40, 100);
        assertThat(come()).as("a lamp").isNull();
    }

    @Test
    void seesTimeStandStillThoughPicturesChange() {
        moving(50, FRAME_NS);
        GapReason seen = null;
        long stoppedNs = nowNs;
        for (int i = 0; i < 100 && seen == null; i++) {
            fill(60 + i % 2 * 80, 0);
            seen = come(0);
        }
        assertThat(seen).isEqualTo(GapReason.TIME_STOPPED);
        assertThat(nowNs - stoppedNs).isBetween(3_000_000_000L, 3_300_000_000L);
        assertThat(come(FRAME_NS)).isNull();
    }

    @Test
    void suspectsNothingWhereSwitchedOff() {
        Suspicions off = new Suspicions(SuspicionLimits.NONE, Optional.empty());
        off.begin();
        fill(0, 0);
        for (int i = 0; i < 1000; i++) {
            picture.captured(0, 0, CaptureClock.ARRIVAL, 0);
            assertThat(off.of(picture, i * 1_000_000_000L)).isNull();
        }
    }

    @Test
    void forgetsWithTheConnectionAndAtAnotherSize() {
        fill(90, 0);
        for (int i = 0; i < 240; i++) {
            come();
        }
        suspicions.begin();
        assertThat(come()).isNull();
        for (int i = 0; i < 240; i++) {
            come();
        }
        size(320, 240, PixelFormat.YUV420P);
        fill(90, 0);
        for (int i = 0; i < 240; i++) {
            assertThat(come()).isNull();
        }
    }

    @Test
    void allocatesNothingAFrame() {
        AllocationMeter meter = new AllocationMeter(3000, 250, 4);
        fill(90, 0);
        for (int frame = 1; frame <= meter.last(); frame++) {
            come();
            meter.frame(frame);
        }
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }

    /** Eight pixels are one byte: reading a byte for each would leave the picture. */
    @Test
    void doesNotLookAtPicturesOfLessThanAByteAPixel() {
        picture.layout(256, 64, avutil.AV_PIX_FMT_MONOBLACK);
        picture.plane(0, pixels.address(), 256 / 8);
        for (int i = 0; i < 200; i++) {
            assertThat(come()).isNull();
        }
    }

    private void moving(int frames, long stepNs) {
        for (int i = 0; i < frames; i++) {
            fill(60 + i % 2 * 80, 0);
            assertThat(come(stepNs)).isNull();
        }
    }

    private GapReason come() {
        return come(FRAME_NS);
    }

    private GapReason come(long stepNs) {
        nowNs += FRAME_NS;
        ptsNs += stepNs;
        picture.captured(ptsNs, 0, CaptureClock.ARRIVAL, 0);
        return suspicions.of(picture, nowNs);
    }

    private void size(int width, int height, int pixelFormat) {
        format = pixelFormat;
        LumaLayout layout = LumaLayout.of(format);
        int stride = width * layout.step() + 32;
        pixels.close();
        pixels = new BytePointer((long) stride * height);
        picture.layout(width, height, format);
        picture.plane(0, pixels.address(), stride);
    }

    private void fill(int level, int noise) {
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                put(x, y, level + (noise == 0 ? 0 : random.nextInt(2 * noise + 1) - noise));
            }
        }
    }

    private void patch(int left, int top, int width, int height, int change) {
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                put(x, y, 128 + change);
            }
        }
    }

    private void put(int x, int y, int level) {
        LumaLayout layout = LumaLayout.of(format);
        int value = Math.max(0, Math.min(255, level)) << layout.shift();
        long at = (long) y * picture.planeStride(0) + (long) x * layout.step() + layout.offset();
        pixels.put(at, (byte) value);
        if (layout.shift() > 0) {
            pixels.put(at + 1, (byte) (value >> 8));
        }
    }
}
