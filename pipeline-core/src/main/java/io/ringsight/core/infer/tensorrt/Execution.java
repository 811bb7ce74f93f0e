package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.DeviceBuffer;
import io.ringsight.core.infer.cuda.Graph;
import io.ringsight.core.infer.cuda.Stream;
import io.ringsight.core.infer.tensorrt.lib.Owned;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import io.ringsight.core.infer.tensorrt.lib.TensorRtFailure;
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
    private final BatchProfile profile;
    /** From the profile's smallest batch on. */
    private final Dims64[] shapes;

    private int shapedRows;
    private Graph graph;

    /**
     * @param memory what a lane's contexts work in, input, output and activations
     * @param stream all that is queued from here on comes after the choice of the profile there
     */
    Execution(Engine engine, ModelSpec model, BatchProfile profile, Memory memory, Stream stream) {
        this.profile = profile;
        inputName = new BytePointer(model.input().tensorName());
        shapes = new Dims64[profile.largest() - profile.smallest() + 1];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = EngineBuilder.inputDims(model.input(), profile.smallest() + i);
        }
        context = engine.context();
        try (BytePointer outputName = new BytePointer(model.output().tensorName())) {
            choose(stream);
            context.object()
                    .setDeviceMemoryV2(
                            memory.activations().pointer(), memory.activations().bytes());
            bind(inputName, memory.input());
            bind(outputName, memory.output());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Memory of the device that a lane's contexts share, as they work one after the other. */
    record Memory(DeviceBuffer input, DeviceBuffer output, DeviceBuffer activations) {}

    /** The first profile is every context's already. */
    private void choose(Stream stream) {
        if (profile.index() > 0) {
            TensorRtFailure.check(
                    context.object().setOptimizationProfileAsync(profile.index(), stream.pointer()),
                    "setOptimizationProfileAsync",
                    TensorRt.log());
        }
    }

    /** Whether its profile has batches of {@code rows}; one of a fixed batch has any, as far as there are rows. */
    boolean takes(int rows) {
        return rows <= profile.largest();
    }

    private void bind(BytePointer name, DeviceBuffer buffer) {
        TensorRtFailure.check(
                context.object().setTensorAddress(name, buffer.pointer()), "setTensorAddress", TensorRt.log());
    }

    /** Queues the network for the first {@code rows} rows. */
    void enqueue(int rows, Stream stream) {
        int shaped = Math.max(rows, profile.smallest());
        if (shaped != shapedRows) {
            TensorRtFailure.check(
                    context.object().setInputShape(inputName, shapes[shaped - profile.smallest()]),
                    "setInputShape",
                    TensorRt.log());
            shapedRows = shaped;
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
