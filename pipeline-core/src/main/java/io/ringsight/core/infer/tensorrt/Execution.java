package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.DeviceBuffer;
import io.ringsight.core.infer.cuda.Graph;
import io.ringsight.core.infer.cuda.Stream;
import io.ringsight.core.model.ModelSpec;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/**
 * An execution context bound to a lane's input and output, and perhaps its work for one number of rows as a graph. A
 * context with a graph keeps its shape: TensorRT says what a graph does is undefined once its context was changed.
 *
 * <p>Made once; queueing allocates nothing. Used by one thread at a time.
 */
final class Execution implements AutoCloseable {
    private final Owned<IExecutionContext> context;
    private final BytePointer inputName;
    private final Dims64[] shapes;
    private final boolean fixedBatch;
    private int shapedRows;
    private Graph graph;

    Execution(Engine engine, ModelSpec model, int maxBatch, DeviceBuffer input, DeviceBuffer output) {
        fixedBatch = model.input().fixedBatch() > 0;
        inputName = new BytePointer(model.input().tensorName());
        shapes = new Dims64[maxBatch];
        for (int i = 0; i < maxBatch; i++) {
            shapes[i] = EngineBuilder.inputDims(
                    model.input(), fixedBatch ? model.input().fixedBatch() : i + 1);
        }
        context = engine.context();
        try (BytePointer outputName = new BytePointer(model.output().tensorName())) {
            bind(inputName, input);
            bind(outputName, output);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void bind(BytePointer name, DeviceBuffer buffer) {
        TensorRtFailure.check(
                context.object().setTensorAddress(name, buffer.pointer()), "setTensorAddress", TensorRt.log());
    }

    /** Queues the network for the first {@code rows} rows. */
    void enqueue(int rows, Stream stream) {
        int shape = fixedBatch ? 1 : rows;
        if (shape != shapedRows) {
            TensorRtFailure.check(
                    context.object().setInputShape(inputName, shapes[shape - 1]), "setInputShape", TensorRt.log());
            shapedRows = shape;
        }
        TensorRtFailure.check(context.object().enqueueV3(stream.pointer()), "enqueueV3", TensorRt.log());
    }

    /** Records {@code work}, which must queue this, as a graph. The stream must be idle. */
    void capture(Stream stream, Runnable work) {
        graph = Graph.capture(stream, work);
    }

    /** The recorded work, or null. */
    Graph graph() {
        return graph;
    }

    @Override
    public void close() {
        for (Dims64 shape : shapes) {
            shape.close();
        }
        inputName.close();
        RuntimeException failure = new Closing().close(graph).close(context).failure();
        if (failure != null) {
            throw failure;
        }
    }
}
