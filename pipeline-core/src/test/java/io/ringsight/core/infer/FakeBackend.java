package io.ringsight.core.infer;

import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.Letterboxes;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;

/**
 * A backend without a network, for tests. It finds exactly one object in every picture: the whole input, of class
 * {@code shade} and confidence {@code shade / 255}, where the shade is the first byte of the picture's first plane. So
 * a test can tell from a result which picture it belongs to ({@link #SPEC} is the model to decode it with).
 *
 * <p>It computes at once, or, after {@link #holdLaunches()}, each launch waits for the test's {@link #completeNext()}
 * or {@link #failNext(InferenceException)}, in the order of launches. Thread-safe.
 */
public final class FakeBackend implements InferenceBackend {
    /** Side of the square input in pixels. */
    public static final int SIZE = 16;
    /** End-to-end head with one candidate; 256 classes {@code shade-0} to {@code shade-255}. */
    public static final ModelSpec SPEC = new ModelSpec(
            "fake",
            "1",
            new ModelSpec.Weights(Path.of("fake.onnx"), "0".repeat(64), "fp32"),
            new ModelInput(
                    "images",
                    SIZE,
                    SIZE,
                    TensorType.FLOAT32,
                    ChannelOrder.RGB,
                    1 / 255f,
                    new ModelInput.Padding(Placement.CENTER, 114),
                    0),
            new ModelOutput("output0", Head.END_TO_END, 1, 6, 0.45f),
            IntStream.range(0, 256).mapToObj(i -> "shade-" + i).toList(),
            0.25f,
            List.of());

    private static final long LIMIT_S = 240;

    private final List<Lane> lanes = new ArrayList<>();
    private final String name;
    private final int maxBatch;
    private final BlockingQueue<FakeLane> held = new LinkedBlockingQueue<>();
    private volatile boolean holding;
    private volatile Predicate<Picture> badPicture = picture -> false;
    private volatile Predicate<Picture> breaksAt = picture -> false;
    private volatile IntSupplier onLaunch = () -> 0;
    private volatile boolean closed;
    private volatile int shadeOfNaN = -1;
    private volatile int shift;

    public FakeBackend(int lanes, int maxBatch) {
        this("fake", lanes, maxBatch);
    }

    public FakeBackend(String name, int lanes, int maxBatch) {
        this.name = name;
        this.maxBatch = maxBatch;
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new FakeLane());
        }
    }

    /** Nothing but {@code backend}, whose output {@code decoder} reads; of a tenth of confidence and more. */
    public static DetectorSwitch computing(InferenceBackend backend, DetectionDecoder decoder) {
        return new DetectorSwitch(new Detector(SPEC, 0.1f, backend, decoder));
    }

    /** From now on a launch waits for {@link #completeNext()} or {@link #failNext(InferenceException)}. */
    public void holdLaunches() {
        holding = true;
    }

    /** Launches compute at once again, and those held now are completed. */
    public void releaseLaunches() {
        synchronized (held) { // a launch is held or computes at once: none is added behind those completed here
            holding = false;
        }
        FakeLane lane;
        while ((lane = held.poll()) != null) {
            lane.complete(null);
        }
    }

    /** Completes the oldest held launch; waits up to 20 s for there to be one. */
    public void completeNext() throws InterruptedException {
        next().complete(null);
    }

    /** Fails the oldest held launch; waits up to 20 s for there to be one. */
    public void failNext(InferenceException failure) throws InterruptedException {
        next().complete(failure);
    }

    /** How many launches are held. */
    public int heldLaunches() {
        return held.size();
    }

    /** Loading a picture that matches fails. */
    public void failLoads(Predicate<Picture> badPicture) {
        this.badPicture = badPicture;
    }

    /** Loading a picture that matches breaks the device. */
    public void breakAt(Predicate<Picture> breaksAt) {
        this.breaksAt = breaksAt;
    }

    /** Pictures of this shade get NaN for a confidence. */
    public void answerNaN(int shade) {
        shadeOfNaN = shade;
    }

    /** Each class is so much more than the shade: a result shows which backend it is of. */
    public FakeBackend shift(int classes) {
        shift = classes;
        return this;
    }

    /** Called on the launching thread at each launch; what it returns is of no matter. */
    public void onLaunch(IntSupplier onLaunch) {
        this.onLaunch = onLaunch;
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed;
    }

    private FakeLane next() throws InterruptedException {
        FakeLane lane = held.poll(LIMIT_S, TimeUnit.SECONDS);
        if (lane == null) {
            throw new AssertionError("no launch within " + LIMIT_S + " s");
        }
        return lane;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Lane> lanes() {
        return Collections.unmodifiableList(lanes);
    }

    @Override
    public int maxBatch() {
        return maxBatch;
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class FakeLane implements Lane {
        private final int[] shades = new int[maxBatch];
        private final Letterbox[] letterboxes = new Letterbox[maxBatch];
        private final Letterboxes fitted = new Letterboxes(SPEC.input());
        private final FloatBuffer output = FloatBuffer.allocate(maxBatch * 6);
        private final FirstByte firstByte = new FirstByte();
        private final Semaphore done = new Semaphore(0);
        private int rows;
        private volatile InferenceException failure;

        @Override
        public void load(int row, Picture picture) {
            if (breaksAt.test(picture)) {
                throw InferenceException.fatal("the device broke", null);
            }
            if (badPicture.test(picture)) {
                throw InferenceException.ofFrame("bad picture", null);
            }
            shades[row] = firstByte.at(picture.planeAddress(0));
            letterboxes[row] = fitted.of(picture);
        }

        @Override
        public void launch(int rows) {
            this.rows = rows;
            onLaunch.getAsInt();
            if (!isHeld()) {
                complete(null);
            }
        }

        private boolean isHeld() {
            synchronized (held) {
                return holding && held.add(this);
            }
        }

        private void complete(InferenceException failure) {
            this.failure = failure;
            for (int row = 0; row < rows; row++) {
                int at = row * 6;
                Letterbox box = letterboxes[row];
                output.put(at, box.left());
                output.put(at + 1, box.top());
                output.put(at + 2, box.left() + box.width());
                output.put(at + 3, box.top() + box.height());
                output.put(at + 4, shades[row] == shadeOfNaN ? Float.NaN : shades[row] / 255f);
                output.put(at + 5, shades[row] + shift);
            }
            done.release();
        }

        @Override
        public void await() throws InterruptedException {
            done.acquire();
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public FloatBuffer output() {
            return output;
        }

        @Override
        public Letterbox letterbox(int row) {
            return letterboxes[row];
        }
    }

    /** A pointer that is moved instead of made again. */
    private static final class FirstByte extends BytePointer {
        int at(long address) {
            this.address = address;
            return get(0) & 0xff;
        }
    }
}
