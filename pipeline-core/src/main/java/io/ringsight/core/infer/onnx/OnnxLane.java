package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.preprocess.TensorMemory;
import io.ringsight.core.preprocess.TensorRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tensors over our own buffers, made once, for a worker's session to compute: results are written in place and nothing
 * is copied.
 */
final class OnnxLane implements Lane {
    private final HostLetterbox letterbox;
    private final List<TensorRow> rows = new ArrayList<>();
    private final TensorMemory input;
    private final TensorMemory result;
    private final FloatBuffer output;
    /** Tensors for each possible number of rows, by rows - 1; a file of fixed batch size has one for all. */
    private final List<Map<String, OnnxTensor>> inputs = new ArrayList<>();

    private final List<Map<String, OnnxTensor>> outputs = new ArrayList<>();
    private final OnnxWorker worker;

    private final Handover handover = new Handover();

    OnnxLane(ModelSpec model, int maxBatch, HostLetterbox letterbox, OnnxWorker worker) throws OrtException {
        this.letterbox = letterbox;
        this.worker = worker;
        int fixed = model.input().fixedBatch();
        int capacity = Math.max(fixed, maxBatch);
        int rowBytes = TensorRow.bytes(model.input());
        input = new TensorMemory(capacity * rowBytes);
        result = new TensorMemory(
                capacity * model.output().candidates() * model.output().values() * Float.BYTES);
        output = result.bytes().asFloatBuffer();
        for (int i = 0; i < maxBatch; i++) {
            rows.add(new TensorRow(input.bytes().slice(i * rowBytes, rowBytes)));
        }
        bind(model, maxBatch, input.bytes());
    }

    private void bind(ModelSpec model, int maxBatch, ByteBuffer input) throws OrtException {
        int fixed = model.input().fixedBatch();
        try {
            for (int count = 1; count <= maxBatch; count++) {
                int batch = fixed == 0 ? count : fixed;
                if (fixed == 0 || count == 1) {
                    inputs.add(Map.of(model.input().tensorName(), tensor(model.input(), input, batch)));
                    outputs.add(Map.of(model.output().tensorName(), tensor(model.output(), output, batch)));
                } else {
                    inputs.add(inputs.get(0));
                    outputs.add(outputs.get(0));
                }
            }
        } catch (OrtException e) {
            free();
            throw e;
        }
    }

    private static OnnxTensor tensor(ModelInput input, ByteBuffer bytes, int batch) throws OrtException {
        OrtEnvironment environment = OnnxRuntime.environment();
        long[] shape = {batch, 3, input.height(), input.width()};
        ByteBuffer view = bytes.slice(0, batch * TensorRow.bytes(input)).order(ByteOrder.nativeOrder());
        if (input.type() == TensorType.FLOAT32) {
            return OnnxTensor.createTensor(environment, view.asFloatBuffer(), shape);
        }
        OnnxJavaType type = input.type() == TensorType.UINT8 ? OnnxJavaType.UINT8 : OnnxJavaType.FLOAT16;
        return OnnxTensor.createTensor(environment, view, shape, type);
    }

    private static OnnxTensor tensor(ModelOutput output, FloatBuffer floats, int batch) throws OrtException {
        long[] shape = output.shape(batch);
        FloatBuffer view = floats.slice(0, batch * output.candidates() * output.values());
        return OnnxTensor.createTensor(OnnxRuntime.environment(), view, shape);
    }

    @Override
    public void load(int row, Picture picture) {
        try {
            letterbox.load(picture, rows.get(row));
        } catch (PreprocessException e) {
            throw InferenceException.ofFrame(e.getMessage(), e);
        }
    }

    @Override
    public void launch(int rows) {
        if (rows < 1 || rows > this.rows.size()) {
            throw new IllegalArgumentException("rows must be 1 to " + this.rows.size() + ": " + rows);
        }
        handover.launch(rows);
        worker.wake();
    }

    @Override
    public void await() throws InterruptedException {
        handover.await();
    }

    @Override
    public FloatBuffer output() {
        return output;
    }

    @Override
    public Letterbox letterbox(int row) {
        return rows.get(row).letterbox();
    }

    /** On the worker's thread: computes what was launched, if anything was. */
    boolean computeIfLaunched(OrtSession session) {
        int rows = handover.launched();
        if (rows == 0) {
            return false;
        }
        handover.end(compute(session, rows));
        return true;
    }

    /** On the worker's thread: it ends, and computes no more. */
    void failIfLaunched(InferenceException cause) {
        if (handover.launched() > 0) {
            handover.end(cause);
        }
    }

    /** Null, or why it failed. An Error is a broken runtime: it is told to the waiter, who stops the pipeline. */
    private InferenceException compute(OrtSession session, int rows) {
        Map<String, OnnxTensor> in = inputs.get(rows - 1);
        try {
            session.run(in, outputs.get(rows - 1)).close();
            return null;
        } catch (OrtException | RuntimeException e) {
            return InferenceException.ofFrame("inference failed: " + e.getMessage(), e);
        } catch (Error e) {
            return InferenceException.fatal("inference is broken: " + e, e);
        }
    }

    /** Frees the tensors and their memory; nothing may be computing. */
    void free() {
        Stream.concat(inputs.stream(), outputs.stream())
                .distinct()
                .flatMap(tensors -> tensors.values().stream())
                .forEach(OnnxTensor::close);
        input.close();
        result.close();
    }
}
