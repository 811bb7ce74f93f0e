package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OrtException;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.HostLetterbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/**
 * Inference on the processor with Microsoft's ONNX Runtime.
 *
 * <p>Each lane has a session of its own, computed by a thread of its own. One session shared by all threads would save
 * memory (YOLOv10n: 20 MB a lane), but its allocator is one lock: eight threads on one session did 19 frames a
 * second where eight sessions did 45 (2 cores).
 */
public final class OnnxBackend implements InferenceBackend {
    private static final int WARM_UP_SIDE = 64;

    private final HostLetterbox letterbox;
    private final List<OnnxLane> lanes = new ArrayList<>();
    private final int maxBatch;

    private OnnxBackend(ModelSpec model, int maxBatch) {
        letterbox = new HostLetterbox(model.input());
        int fixed = model.input().fixedBatch();
        this.maxBatch = fixed == 0 ? maxBatch : Math.min(maxBatch, fixed);
    }

    /**
     * Opens {@code lanes} sessions and runs each once.
     *
     * @throws InferenceException fatal: if ONNX Runtime cannot be loaded or cannot run the model
     */
    public static OnnxBackend open(ModelSpec model, int lanes, int maxBatch) {
        OnnxBackend backend = new OnnxBackend(model, maxBatch);
        try {
            for (int i = 0; i < lanes; i++) {
                backend.lanes.add(new OnnxLane(model, backend.maxBatch, backend.letterbox, "lane-" + i));
            }
            backend.warmUp();
            return backend;
        } catch (OrtException e) {
            backend.close();
            throw InferenceException.fatal(
                    model.file() + ": ONNX Runtime cannot run this model: " + OnnxModelReader.reason(e), e);
        } catch (LinkageError e) {
            backend.close();
            throw InferenceException.fatal("ONNX Runtime cannot be loaded on this machine: " + e.getMessage(), e);
        } catch (InferenceException e) {
            backend.close();
            throw InferenceException.fatal(model.file() + ": " + e.getMessage(), e);
        }
    }

    /** The first conversion loads FFmpeg's libraries, the first inference plans its memory: before any camera waits. */
    private void warmUp() {
        try (BytePointer grey = new BytePointer(WARM_UP_SIDE * WARM_UP_SIDE)) {
            Picture picture = new Picture();
            picture.layout(WARM_UP_SIDE, WARM_UP_SIDE, PixelFormat.GRAY8);
            picture.plane(0, grey.address(), WARM_UP_SIDE);
            lanes.get(0).load(0, picture);
            for (OnnxLane lane : lanes) {
                lane.launch(maxBatch);
            }
            for (OnnxLane lane : lanes) {
                lane.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw InferenceException.fatal("interrupted while the model was opened", e);
        }
    }

    @Override
    public String name() {
        return "onnxruntime-cpu";
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
        lanes.forEach(OnnxLane::close);
        letterbox.close();
    }
}
