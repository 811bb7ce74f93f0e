package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.RecordedResults;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.Pointer;

/**
 * A recording of grey pictures through a whole pipeline over TensorRT on the double. Each picture's shade is its
 * detection's class, so a result of another frame, row or lane is seen.
 */
final class DoubleRun {
    private static final int POOL = 64;
    /** Sides of the pictures: above one page, so that the double guards the staging, and of several sizes. */
    private static final int[] SIDES = {96, 160, 128};

    private final ModelSpec model;
    private final Path cache;
    private long decodeNs;
    private boolean oneSize;

    /** What came out. */
    record Outcome(List<Recorded> messages, Throwable broken) {}

    DoubleRun(TinyOnnx model, Path folder) {
        this.model = TensorRtBackendTest.spec(model, folder);
        cache = folder.resolve("cache");
    }

    /** Makes the decoder slow, so that a lane given back too early is loaded again before its results are read. */
    DoubleRun decodeNs(long ns) {
        decodeNs = ns;
        return this;
    }

    /** All pictures of one size, so that no lane's buffers grow on the way. */
    DoubleRun oneSize() {
        oneSize = true;
        return this;
    }

    ModelSpec model() {
        return model;
    }

    /** As {@code device: cuda} does. */
    InferenceBackend open(int lanes, int maxBatch, boolean graphs) {
        return Backends.openOne(
                model,
                new BackendSpec("cuda", lanes, maxBatch, graphs),
                new Counters<>(BackendCounter.class),
                new EngineCache(cache));
    }

    static int shade(int frame) {
        return 40 + frame * 37 % 200;
    }

    /** Opens a backend, runs {@code frames} and closes it; every frame must come out with its own result. */
    void assertRuns(int lanes, int maxBatch, boolean graphs, int frames) throws InterruptedException {
        try (InferenceBackend backend = open(lanes, maxBatch, graphs)) {
            assertRight(run(backend, frames), frames);
        }
    }

    static void assertRight(Outcome outcome, int frames) {
        assertThat(outcome.broken()).isNull();
        assertThat(outcome.messages()).hasSize(frames);
        for (int i = 0; i < frames; i++) {
            Recorded message = outcome.messages().get(i);
            assertThat(message.frameSeq()).isEqualTo(i + 1);
            assertThat(message.classId()).as("frame %d", i).isEqualTo(shade(i));
        }
    }

    Outcome run(InferenceBackend backend, int frames) throws InterruptedException {
        RecordedResults results = new RecordedResults();
        try (NativePictures memory = new NativePictures();
                Pipeline pipeline = new Pipeline(
                        32,
                        new DetectorSwitch(new Detector(model, 0.05f, backend, decoder())),
                        List.of(results),
                        Clock.system())) {
            CompletableFuture<Throwable> broken = pipeline.broken().toCompletableFuture();
            FrameIntake intake =
                    pipeline.connect(new IntakeSpec(new SourceId("video"), true, pipeline.creditsForRecording(), 0, 0));
            Picture[] pool = new Picture[POOL];
            for (int i = 0; i < frames; i++) {
                intake.offer(picture(memory, pool, i));
            }
            assertThat(pipeline.drain(60_000)).as("every frame ends").isTrue();
            assertThat(pipeline.stop(60_000)).isEmpty();
            assertThat(pool).allMatch(picture -> picture == null || picture.isFree());
            return new Outcome(results.all(), broken.getNow(null));
        }
    }

    /** The pool's pictures have room for the largest; they are written again for each frame. */
    private Picture picture(NativePictures memory, Picture[] pool, int frame) {
        int side = oneSize ? SIDES[1] : SIDES[frame / 7 % SIDES.length];
        Picture picture = pool[frame % POOL];
        if (picture == null || !picture.tryAcquire()) {
            picture = memory.grey(SIDES[1], SIDES[1], 0);
            pool[frame % POOL] = picture;
        }
        long address = picture.planeAddress(0);
        Pointer.memset(new At(address), shade(frame), (long) side * side);
        picture.layout(side, side, PixelFormat.GRAY8);
        picture.plane(0, address, side);
        picture.color(ColorMatrix.BT601, ColorRange.FULL);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        return picture;
    }

    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }

    private DetectionDecoder decoder() {
        DetectionDecoder decoder = Decoders.of(model);
        return (output, row, threshold, into) -> {
            if (decodeNs > 0) {
                LockSupport.parkNanos(decodeNs);
            }
            decoder.decode(output, row, threshold, into);
        };
    }
}
