package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.Cuda;
import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.tensorrt.lib.Owned;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import io.ringsight.core.infer.tensorrt.lib.TensorRtFailure;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.ExecutionContextAllocationStrategy;
import org.bytedeco.tensorrt.global.nvinfer.TensorIOMode;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model made ready for one GPU: read from the cache, or built from the ONNX file. A cached engine that is stale,
 * damaged or refused is named in the log and rebuilt.
 *
 * <p>Whoever opened it closes it, after all execution contexts made from it.
 */
final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private final ModelSpec model;
    private final CudaDevice device;
    private final int maxBatch;
    private final EngineCache cache;
    private final Counters<BackendCounter> metrics;
    private Owned<IRuntime> runtime;
    private Owned<ICudaEngine> engine;

    private Engine(
            ModelSpec model, CudaDevice device, int maxBatch, EngineCache cache, Counters<BackendCounter> metrics) {
        this.model = model;
        this.device = device;
        this.maxBatch = maxBatch;
        this.cache = cache;
        this.metrics = metrics;
    }

    /** Whether a cached engine fits, so that {@link #open} is quick. */
    static boolean isCached(ModelSpec model, CudaDevice device, int maxBatch, EngineCache cache) {
        CacheFile file = cache.engine(model, device, maxBatch);
        return file.read(CacheKey.engine(model, device, maxBatch)).bytes() != null;
    }

    /**
     * Reads or builds the engine; the calling thread's device becomes {@code device}.
     *
     * @throws RuntimeException a CudaFailure or TensorRtFailure that names the call
     */
    static Engine open(
            ModelSpec model, CudaDevice device, int maxBatch, EngineCache cache, Counters<BackendCounter> metrics) {
        Engine engine = new Engine(model, device, maxBatch, cache, metrics);
        try {
            Cuda.use(device.index());
            engine.load();
            engine.checkTensors();
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** A new context of execution, which has no memory for activations yet: {@link #activationBytes()}. */
    Owned<IExecutionContext> context() {
        return Owned.of(
                engine.object().createExecutionContext(ExecutionContextAllocationStrategy.kUSER_MANAGED),
                "createExecutionContext");
    }

    /** Memory that a context works in, whatever its profile; contexts that never work at a time may share it. */
    long activationBytes() {
        return Math.max(1, engine.object().getDeviceMemorySizeV2());
    }

    private void load() {
        runtime = Owned.of(nvinfer.createInferRuntime(TensorRt.log()), "createInferRuntime");
        CacheFile file = cache.engine(model, device, maxBatch);
        CacheKey key = CacheKey.engine(model, device, maxBatch);
        CacheFile.Content cached = file.read(key);
        String problem = cached.problem();
        if (cached.bytes() != null) {
            engine = deserialize(cached.bytes());
            problem =
                    engine == null ? "is refused by TensorRT (" + TensorRt.log().takeError() + ")" : "";
        }
        if (!problem.isEmpty()) {
            metrics.count(BackendCounter.ENGINES_REFUSED);
            LOG.warn("{} {}: rebuilding the engine", file.path(), problem);
        }
        if (engine == null) {
            build(file, key);
        }
    }

    private void build(CacheFile file, CacheKey key) {
        try (Owned<IHostMemory> built = new EngineBuilder(model, device, maxBatch, cache).build()) {
            metrics.count(BackendCounter.ENGINES_BUILT);
            ByteBuffer bytes = EngineBuilder.view(built.object());
            keep(file, key, bytes);
            engine = deserialize(bytes);
            TensorRtFailure.check(engine != null, "deserializeCudaEngine", TensorRt.log());
        }
    }

    private static void keep(CacheFile file, CacheKey key, ByteBuffer bytes) {
        try {
            file.write(key, bytes);
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be written ({}): the engine will be built again at the next start",
                    file.path(),
                    e.toString());
        }
    }

    /** Null if TensorRT refuses the bytes. */
    private Owned<ICudaEngine> deserialize(ByteBuffer bytes) {
        try (BytePointer pointer = new BytePointer(bytes)) {
            ICudaEngine made = runtime.object().deserializeCudaEngine(pointer, bytes.remaining());
            return made == null || made.isNull() ? null : Owned.of(made, "deserializeCudaEngine");
        }
    }

    /** The engine must have the tensors the ONNX file was read to have: lanes rely on their names, types and sizes. */
    private void checkTensors() {
        ICudaEngine made = engine.object();
        int outputs = 0;
        for (int i = 0; i < made.getNbIOTensors(); i++) {
            String name = made.getIOTensorName(i);
            boolean input = made.getTensorIOMode(name).intern() == TensorIOMode.kINPUT;
            DataType type = made.getTensorDataType(name).intern();
            DataType wanted = input ? typeOf(model.input().type()) : DataType.kFLOAT;
            String wantedName =
                    input ? model.input().tensorName() : model.output().tensorName();
            outputs += input ? 0 : 1;
            if (!name.equals(wantedName) || type != wanted) {
                throw new TensorRtFailure("the engine's " + (input ? "input" : "output") + " is " + name + " of type "
                        + type + ", expected " + wantedName + " of type " + wanted);
            }
        }
        if (outputs != 1 || made.getNbIOTensors() != 2) {
            throw new TensorRtFailure("the engine has " + made.getNbIOTensors()
                    + " input and output tensors; the TensorRT backend runs models of one input and one output");
        }
    }

    private static DataType typeOf(TensorType type) {
        return switch (type) {
            case FLOAT32 -> DataType.kFLOAT;
            case FLOAT16 -> DataType.kHALF;
            case UINT8 -> DataType.kUINT8;
        };
    }

    @Override
    public void close() {
        RuntimeException failure = new Closing().close(engine).close(runtime).failure();
        if (failure != null) {
            throw failure;
        }
    }
}
