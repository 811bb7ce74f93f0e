package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OrtException;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.WarmUp;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.HostLetterbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Inference on the CPU with Microsoft's ONNX Runtime.
 *
 * <p>A session and a thread for each CPU core compute the lanes in turn. With two lanes a session, one is loaded while
 * the other is computed. One session shared by all threads would save memory (YOLOv10n: 20 MB a session), but its
 * allocator is one lock: eight threads on one session did 19 frames a second where eight sessions did 45 (2 cores).
 */
public final class OnnxBackend implements InferenceBackend {
    /** Its name in messages and metrics. */
    public static final String NAME = "onnxruntime-cpu";

    private final HostLetterbox letterbox;
    private final List<OnnxWorker> workers = new ArrayList<>();
    private final List<OnnxLane> lanes = new ArrayList<>();
    private final int maxBatch;

    private OnnxBackend(ModelSpec model, int maxBatch) {
        letterbox = new HostLetterbox(model.input());
        int fixed = model.input().fixedBatch();
        this.maxBatch = fixed == 0 ? maxBatch : Math.min(maxBatch, fixed);
    }

    /**
     * Makes {@code lanes} lanes, and as many sessions but no more than {@code cores}; runs each lane once.
     *
     * @param gently a lane after the other, so that cameras have the other cores
     * @throws InferenceException fatal: if ONNX Runtime cannot be loaded or cannot run the model
     */
    public static OnnxBackend open(ModelSpec model, int lanes, int maxBatch, int cores, boolean gently) {
        OnnxBackend backend = new OnnxBackend(model, maxBatch);
        try {
            backend.makeLanes(model, lanes, cores);
            backend.warmUp(model, gently);
            return backend;
        } catch (OrtException e) {
            backend.close();
            throw InferenceException.fatal(
                    model.weights().file() + ": ONNX Runtime cannot run this model: " + OnnxModelReader.reason(e), e);
        } catch (LinkageError e) {
            backend.close();
            throw InferenceException.fatal("ONNX Runtime cannot be loaded on this machine: " + e.getMessage(), e);
        } catch (InferenceException e) {
            backend.close();
            throw InferenceException.fatal(model.weights().file() + ": " + e.getMessage(), e);
        }
    }

    private void warmUp(ModelSpec model, boolean gently) {
        try {
            if (gently) {
                WarmUp.oneByOne(lanes, maxBatch);
            } else {
                WarmUp.run(lanes, maxBatch);
            }
            workers.forEach(OnnxWorker::rest);
        } catch (InferenceException e) {
            if (maxBatch == 1 || model.input().fixedBatch() != 0) {
                throw e;
            }
            throw InferenceException.fatal(
                    "expected a model that computes " + maxBatch
                            + " pictures at a time, but it fails although its batch size is dynamic; run it with batch 1,"
                            + " or export it again with dynamic=True or batch="
                            + maxBatch + ": " + e.getMessage(),
                    e);
        }
    }

    private void makeLanes(ModelSpec model, int count, int cores) throws OrtException {
        for (int i = 0; i < Math.min(count, cores); i++) {
            workers.add(new OnnxWorker(model, "worker-" + i));
        }
        for (int i = 0; i < count; i++) {
            OnnxWorker worker = workers.get(i % workers.size());
            OnnxLane lane = new OnnxLane(model, maxBatch, letterbox, worker);
            worker.add(lane);
            lanes.add(lane);
        }
    }

    @Override
    public String name() {
        return NAME;
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
        workers.forEach(OnnxWorker::close);
        letterbox.close();
    }
}
