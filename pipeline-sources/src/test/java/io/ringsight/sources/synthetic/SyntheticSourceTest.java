package io.ringsight.sources.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sources.AllocationMeter;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SyntheticSourceTest {
    private static final long START_UTC_NS = 1_700_000_000_000_000_000L;

    private final ManualClock clock = new ManualClock(START_UTC_NS);

    private static Source open(String uri, Clock clock, int pictures) {
        return Sources.open(SourceSpec.parse(uri), clock, pictures);
    }

    /** What a test does with a picture; it owns the one reference. */
    private interface Taker {
        void take(Picture picture) throws InterruptedException;
    }

    private static final class Intake implements LookingIntake {
        private final SourceMetrics metrics = new SourceMetrics("test");
        private final Taker taker;
        private final AtomicInteger lost = new AtomicInteger();

        Intake(Taker taker) {
            this.taker = taker;
        }

        @Override
        public void offer(Picture picture) throws InterruptedException {
            taker.take(picture);
        }

        @Override
        public void lost(GapReason reason, int frames) {
            assertThat(reason).isEqualTo(GapReason.OVERLOAD);
            lost.addAndGet(frames);
        }

        @Override
        public void gap(GapReason reason, String detail) {
            throw new AssertionError("a source does not tell gaps");
        }

        @Override
        public SourceMetrics metrics() {
            return metrics;
        }
    }

    private static CompletableFuture<Ending> start(Source source, Intake intake) {
        CompletableFuture<Ending> ending = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                ending.complete(source.run(intake));
            } catch (Throwable e) {
                ending.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return ending;
    }

    @Test
    void aPacedFrameIsTakenWhenItIsDueAndNotBefore() throws Exception {
        BlockingQueue<Long> ptsNs = new LinkedBlockingQueue<>();
        BlockingQueue<Long> takenUtcNs = new LinkedBlockingQueue<>();
        Intake intake = new Intake(picture -> {
            ptsNs.add(picture.ptsNs());
            takenUtcNs.add(picture.captureUtcNs());
            assertThat(picture.captureClock()).isEqualTo(CaptureClock.DEVICE);
            picture.release();
        });
        try (Source source = open("synthetic:boxes?width=64&height=64&fps=10&frames=3", clock, 2)) {
            assertThat(source.lossless()).isFalse();
            CompletableFuture<Ending> ending = start(source, intake);
            assertThat(ptsNs.poll(60, TimeUnit.SECONDS)).isZero();
            clock.advanceMs(99);
            assertThat(ptsNs.poll(100, TimeUnit.MILLISECONDS)).isNull();
            clock.advanceMs(1);
            assertThat(ptsNs.poll(60, TimeUnit.SECONDS)).isEqualTo(100_000_000L);
            clock.advanceMs(130);
            assertThat(ptsNs.poll(60, TimeUnit.SECONDS)).isEqualTo(200_000_000L);
            assertThat(ending.get(60, TimeUnit.SECONDS))
                    .isEqualTo(Ending.ended("all 3 frames were given"))
                    .extracting(Ending::reason)
                    .isEqualTo(GapReason.ENDED);
            assertThat(takenUtcNs)
                    .as("the late one has the time it was due")
                    .containsExactly(START_UTC_NS, START_UTC_NS + 100_000_000L, START_UTC_NS + 200_000_000L);
        }
    }

    @Test
    void stopsWhileItWaits() throws Exception {
        Intake intake = new Intake(Picture::release);
        try (Source source = open("synthetic:pcb?width=64&height=64&fps=0.01", clock, 2)) {
            CompletableFuture<Ending> ending = start(source, intake);
            source.stop();
            assertThat(ending.get(60, TimeUnit.SECONDS)).isEqualTo(Ending.stopped());
            assertThat(source.run(intake)).as("a later run").isEqualTo(Ending.stopped());
        }
    }

    @Test
    void aPacedSourceLosesFramesWhileAllItsPicturesAreHeld() throws Exception {
        BlockingQueue<Picture> held = new LinkedBlockingQueue<>();
        Intake intake = new Intake(held::add);
        try (Source source = open("synthetic:boxes?width=64&height=64&fps=10&frames=5", clock, 2)) {
            CompletableFuture<Ending> ending = start(source, intake);
            Picture first = held.poll(60, TimeUnit.SECONDS);
            clock.advanceMs(10_000);
            ending.get(60, TimeUnit.SECONDS);
            first.release();
            held.poll(60, TimeUnit.SECONDS).release();
            assertThat(held).isEmpty();
            assertThat(intake.lost).hasValue(3);
        }
    }

    @Test
    void aSourceThatIsReadAsFastAsPossibleWaitsForAPicture() throws Exception {
        BlockingQueue<Picture> held = new LinkedBlockingQueue<>();
        Intake intake = new Intake(held::add);
        try (Source source = open("synthetic:pcb?width=64&height=64&pace=asap&frames=6", clock, 2)) {
            assertThat(source.lossless()).isTrue();
            CompletableFuture<Ending> ending = start(source, intake);
            for (int i = 0; i < 6; i++) {
                held.poll(60, TimeUnit.SECONDS).release();
            }
            assertThat(ending.get(60, TimeUnit.SECONDS).reason()).isEqualTo(GapReason.ENDED);
            assertThat(intake.lost).hasValue(0);
        }
    }

    @Test
    void aPictureHoldsWhatTheSceneDraws() throws Exception {
        String uri = "synthetic:pcb?width=200&height=100&seed=2&pace=asap&frames=3";
        Intake intake = new Intake(picture -> {
            assertThat(picture.pixelFormat()).isEqualTo(PixelFormat.YUV420P);
            assertThat(picture.width()).isEqualTo(200);
            assertThat(picture.height()).isEqualTo(100);
            SyntheticTruth truth = new SyntheticTruth((SourceSpec.Synthetic) SourceSpec.parse(uri));
            byte[] row = new byte[200];
            byte[] drawn = new byte[200 * 100];
            Scene.open(truth.settings())
                    .draw(truth.settings().frameAt(picture.ptsNs()), java.nio.ByteBuffer.wrap(drawn), 200);
            for (int y = 0; y < 100; y++) {
                read(picture.planeAddress(0) + (long) y * picture.planeStride(0), row);
                assertThat(row).isEqualTo(java.util.Arrays.copyOfRange(drawn, y * 200, (y + 1) * 200));
            }
            byte[] chroma = new byte[100];
            read(picture.planeAddress(2) + 49L * picture.planeStride(2), chroma);
            assertThat(chroma).containsOnly((byte) 128);
            picture.release();
        });
        try (Source source = open(uri, clock, 2)) {
            source.run(intake);
        }
    }

    private static void read(long address, byte[] into) {
        try (BytePointer pointer = new At(address)) {
            pointer.get(into);
        }
    }

    /** Bytes at an address that is another's. */
    private static final class At extends BytePointer {
        At(long address) {
            super((org.bytedeco.javacpp.Pointer) null);
            this.address = address;
        }
    }

    @Test
    void allocatesNothingAFrame() throws Exception {
        for (String scene : new String[] {"pcb", "boxes"}) {
            AllocationMeter meter = new AllocationMeter(2_000, 2_000, 5);
            int[] frames = new int[1];
            Intake intake = new Intake(picture -> {
                picture.release();
                meter.frame(++frames[0]);
            });
            try (Source source =
                    open("synthetic:" + scene + "?width=160&height=120&pace=asap&frames=12000", Clock.system(), 3)) {
                source.run(intake);
            }
            assertThat(frames[0]).isEqualTo(12_000);
            assertThat(meter.fewestBytes()).as("%s, %s", scene, meter).isZero();
        }
    }

    @Test
    void closingWaitsForThoseWhoStillReadAndMayBeRepeated() throws Exception {
        BlockingQueue<Picture> held = new LinkedBlockingQueue<>();
        Intake intake = new Intake(held::add);
        Source source = open("synthetic:boxes?width=64&height=64&frames=1", clock, 2);
        source.run(intake);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(source::close);
        Picture picture = held.take();
        assertThat(closed).isNotDone();
        picture.release();
        closed.get(60, TimeUnit.SECONDS);
        source.close();
        assertThat(picture.isFree())
                .as("may be taken again, without its memory")
                .isFalse();
    }

    @Test
    void anInterruptEndsTheRun() throws Exception {
        Intake intake = new Intake(picture -> {
            picture.release();
            Thread.currentThread().interrupt();
        });
        try (Source source = open("synthetic:boxes?width=64&height=64&fps=1", clock, 2)) {
            assertThatThrownBy(() -> source.run(intake)).isInstanceOf(InterruptedException.class);
        }
    }
}
