package io.ringsight.core.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.Letterbox;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every backend promises. The model of a suite finds one object in a grey picture of one shade: the class is the
 * shade, the confidence shade / 255 (see {@code FakeBackend} and {@code TinyOnnx}).
 */
@Timeout(300)
public abstract class InferenceBackendSuite {
    private final NativePictures pictures = new NativePictures();
    private InferenceBackend backend;

    /** Opens the backend under test; it may have fewer lanes and a smaller batch than asked for. */
    protected abstract InferenceBackend open(int lanes, int maxBatch);

    /** A picture whose load must fail. */
    protected abstract Picture unloadable(InferenceBackend backend, NativePictures pictures);

    @AfterEach
    void closeAll() {
        if (backend != null) {
            backend.close();
        }
        pictures.close();
    }

    private InferenceBackend opened(int lanes, int maxBatch) {
        backend = open(lanes, maxBatch);
        return backend;
    }

    @Test
    void findsInEachRowWhatWasLoadedThere() throws InterruptedException {
        Lane lane = opened(1, 4).lanes().get(0);
        for (int rows = 1; rows <= backend.maxBatch(); rows++) {
            for (int row = 0; row < rows; row++) {
                lane.load(row, pictures.grey(16, 16, 40 * row + rows));
            }
            lane.launch(rows);
            lane.await();
            for (int row = 0; row < rows; row++) {
                assertShade(lane, row, 40 * row + rows);
            }
        }
    }

    @Test
    void lanesComputeApartFromEachOther() throws InterruptedException {
        opened(3, 1);
        for (int i = 0; i < backend.lanes().size(); i++) {
            backend.lanes().get(i).load(0, pictures.grey(16, 16, 50 + i));
            backend.lanes().get(i).launch(1);
        }
        for (int i = backend.lanes().size() - 1; i >= 0; i--) {
            backend.lanes().get(i).await();
            assertShade(backend.lanes().get(i), 0, 50 + i);
        }
    }

    @Test
    void isUsedOverAndOverWithPicturesOfAnySize() throws InterruptedException {
        Lane lane = opened(1, 1).lanes().get(0);
        int[][] sizes = {{16, 16}, {64, 64}, {7, 7}, {640, 640}, {16, 16}};
        for (int i = 0; i < 50; i++) {
            int[] size = sizes[i % sizes.length];
            lane.load(0, pictures.grey(size[0], size[1], i));
            lane.launch(1);
            lane.await();
            assertShade(lane, 0, i);
            assertThat(lane.letterbox(0)).isEqualTo(new Letterbox(size[0], size[1], 0, 0, 16, 16));
        }
    }

    @Test
    void givesNativeOrderOutputReadFromItsStart() {
        Lane lane = opened(1, 1).lanes().get(0);
        assertThat(lane.output().order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(lane.output().position()).isZero();
    }

    @Test
    void tellsHowAPictureWasLaidIn() {
        Lane lane = opened(1, 1).lanes().get(0);
        lane.load(0, pictures.grey(32, 16, 9));
        assertThat(lane.letterbox(0)).isEqualTo(new Letterbox(32, 16, 0, 4, 16, 8));
    }

    /** Also where only the shape of the pixels changes from one picture to the next. */
    @Test
    void showsTheModelSquarePixels() throws InterruptedException {
        Lane lane = opened(1, 1).lanes().get(0);
        double[] aspects = {1, 2, 0.5, 1};
        int[][] sizes = {{16, 16}, {16, 8}, {8, 16}, {16, 16}};
        for (int i = 0; i < aspects.length; i++) {
            Picture picture = pictures.grey(16, 16, 40 + i);
            picture.pixelAspect(aspects[i]);
            lane.load(0, picture);
            lane.launch(1);
            lane.await();
            Letterbox box = lane.letterbox(0);
            assertThat(new int[] {box.width(), box.height()}).isEqualTo(sizes[i]);
            assertThat(new int[] {box.sourceWidth(), box.sourceHeight()}).containsExactly(16, 16);
        }
    }

    @Test
    void staysUsableAfterALoadThatFailed() throws InterruptedException {
        Lane lane = opened(1, 1).lanes().get(0);
        Picture bad = unloadable(backend, pictures);
        assertThatThrownBy(() -> lane.load(0, bad))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.isFatal()).isFalse());
        lane.load(0, pictures.grey(16, 16, 77));
        lane.launch(1);
        lane.await();
        assertShade(lane, 0, 77);
    }

    @Test
    void awaitIsInterruptible() throws Exception {
        Lane lane = opened(1, 1).lanes().get(0);
        FutureTask<Boolean> waiting = new FutureTask<>(() -> {
            try {
                lane.await();
                return false;
            } catch (InterruptedException e) {
                return true;
            }
        });
        Thread thread = new Thread(waiting);
        thread.start();
        thread.interrupt();
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closesTwice() {
        opened(2, 1).close();
        backend.close();
    }

    @Test
    void allocatesNothingOnTheCallersThread() throws InterruptedException {
        Lane lane = opened(1, 1).lanes().get(0);
        Picture picture = pictures.grey(64, 48, 100);
        for (int i = 0; i < 3_000; i++) {
            turn(lane, picture);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long cost = threads.getThreadAllocatedBytes(thread);
        cost = threads.getThreadAllocatedBytes(thread) - cost;
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 1_000; i++) {
            turn(lane, picture);
        }
        long allocated = threads.getThreadAllocatedBytes(thread) - before - cost;
        assertThat(allocated).isLessThan(1_000);
    }

    private static void turn(Lane lane, Picture picture) throws InterruptedException {
        lane.load(0, picture);
        lane.launch(1);
        lane.await();
    }

    private static void assertShade(Lane lane, int row, int shade) {
        FloatBuffer output = lane.output();
        assertThat(output.get(row * 6 + 5)).as("class of row %s", row).isEqualTo(shade, within(0.3f));
        assertThat(output.get(row * 6 + 4)).as("confidence of row %s", row).isEqualTo(shade / 255f, within(0.002f));
    }
}
