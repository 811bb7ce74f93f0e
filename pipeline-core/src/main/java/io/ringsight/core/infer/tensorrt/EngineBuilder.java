package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.tensorrt.lib.Owned;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import io.ringsight.core.infer.tensorrt.lib.TensorRtFailure;
import io.ringsight.core.infer.tensorrt.lib.TensorRtLog;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.global.nvinfer.NetworkDefinitionCreationFlag;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;
import org.bytedeco.tensorrt.nvonnxparser.IParser;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds an engine from a model's ONNX file: strongly typed, so each tensor keeps the precision the file
 * gives it, and without TF32, so that float32 means float32. Batch sizes from 1 to the largest, by {@link BatchProfile}.
 */
final class EngineBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(EngineBuilder.class);
    private static final int STRONGLY_TYPED = 1 << NetworkDefinitionCreationFlag.kSTRONGLY_TYPED.value;

    private final ModelSpec model;
    private final CudaDevice device;
    private final int maxBatch;
    private final EngineCache cache;
    private final TensorRtLog log = TensorRt.log();

    EngineBuilder(ModelSpec model, CudaDevice device, int maxBatch, EngineCache cache) {
        this.model = model;
        this.device = device;
        this.maxBatch = maxBatch;
        this.cache = cache;
    }

    /** Builds on the calling thread's device. Takes seconds to minutes and cannot be interrupted. */
    Owned<IHostMemory> build() {
        String problem = TensorRt.builderProblem(device);
        if (!problem.isEmpty()) {
            throw new TensorRtFailure(problem);
        }
        try (BuildProgress progress = new BuildProgress(model.name() + " for " + device.name());
                Owned<IBuilder> builder = Owned.of(nvinfer.createInferBuilder(log), "createInferBuilder");
                Owned<INetworkDefinition> network =
                        Owned.of(builder.object().createNetworkV2(STRONGLY_TYPED), "createNetworkV2");
                Owned<IParser> parser =
                        Owned.parser(nvonnxparser.createParser(network.object(), log), "createNvOnnxParser")) {
            parse(parser.object());
            Owned<IHostMemory> engine = build(builder.object(), network.object());
            progress.built(engine.object().size());
            return engine;
        }
    }

    private void parse(IParser parser) {
        if (parser.parseFromFile(model.weights().file().toString(), ILogger.Severity.kWARNING.value)) {
            return;
        }
        List<String> errors = new ArrayList<>();
        for (int i = 0; i < parser.getNbErrors(); i++) {
            IParserError error = parser.getError(i);
            errors.add(error.desc() + " (node " + error.node() + ")");
        }
        throw new TensorRtFailure("parseFromFile failed: TensorRT cannot read the model: "
                + (errors.isEmpty() ? log.takeError() : String.join("; ", errors)));
    }

    private Owned<IHostMemory> build(IBuilder builder, INetworkDefinition network) {
        try (Owned<IBuilderConfig> config = Owned.of(builder.createBuilderConfig(), "createBuilderConfig")) {
            config.object().clearFlag(BuilderFlag.kTF32);
            // Half of the device: other processes and our own lanes need some, too.
            config.object().setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, device.totalBytes() / 2);
            addProfiles(builder, network, config.object());
            Owned<ITimingCache> timings = useTimings(config.object());
            try {
                Owned<IHostMemory> engine =
                        Owned.of(builder.buildSerializedNetwork(network, config.object()), "buildSerializedNetwork");
                keepTimings(timings);
                return engine;
            } finally {
                if (timings != null) {
                    timings.close();
                }
            }
        }
    }

    private void addProfiles(IBuilder builder, INetworkDefinition network, IBuilderConfig config) {
        if (!isFree(network)) {
            return;
        }
        for (BatchProfile batches : BatchProfile.of(model.input(), maxBatch)) {
            IOptimizationProfile profile = builder.createOptimizationProfile();
            TensorRtFailure.check(profile != null && !profile.isNull(), "createOptimizationProfile", log);
            limit(profile, OptProfileSelector.kMIN, batches.smallest());
            limit(profile, OptProfileSelector.kOPT, batches.largest());
            limit(profile, OptProfileSelector.kMAX, batches.largest());
            TensorRtFailure.check(
                    config.addOptimizationProfile(profile) == batches.index(), "addOptimizationProfile", log);
        }
    }

    /** Whether a dimension of the input is open. */
    private static boolean isFree(INetworkDefinition network) {
        try (Dims64 dims = network.getInput(0).getDimensions()) {
            for (int i = 0; i < dims.nbDims(); i++) {
                if (dims.d(i) < 0) {
                    return true;
                }
            }
            return false;
        }
    }

    private void limit(IOptimizationProfile profile, OptProfileSelector selector, int batch) {
        try (Dims64 dims = inputDims(model.input(), batch)) {
            TensorRtFailure.check(
                    profile.setDimensions(model.input().tensorName(), selector, dims), "setDimensions", log);
        }
    }

    /** The input tensor's dimensions for {@code batch} pictures. */
    static Dims64 inputDims(ModelInput input, int batch) {
        return new Dims64().nbDims(4).d(0, batch).d(1, 3).d(2, input.height()).d(3, input.width());
    }

    /** Null, or the timings of builds before; they only save time, so trouble with them is no failure. */
    private Owned<ITimingCache> useTimings(IBuilderConfig config) {
        CacheFile file = cache.timings(device);
        CacheFile.Content known = file.read(CacheKey.timings(device));
        if (!known.problem().isEmpty()) {
            LOG.info("{} {}: measuring again", file.path(), known.problem());
        }
        try (BytePointer bytes = known.bytes() == null ? new BytePointer() : new BytePointer(known.bytes())) {
            Owned<ITimingCache> timings = Owned.of(
                    config.createTimingCache(bytes, bytes.isNull() ? 0 : bytes.capacity()), "createTimingCache");
            if (!config.setTimingCache(timings.object(), false)) {
                LOG.debug("setTimingCache failed: {}", log.takeError());
            }
            return timings;
        } catch (TensorRtFailure e) {
            LOG.debug("no timing cache: {}", e.getMessage());
            return null;
        }
    }

    private void keepTimings(Owned<ITimingCache> timings) {
        if (timings == null) {
            return;
        }
        CacheFile file = cache.timings(device);
        try (Owned<IHostMemory> bytes = Owned.of(timings.object().serialize(), "ITimingCache.serialize")) {
            file.write(CacheKey.timings(device), view(bytes.object()));
        } catch (TensorRtFailure | IOException e) {
            LOG.debug("{} was not written: {}", file.path(), e.getMessage());
        }
    }

    /** The memory as a buffer, valid as long as the memory. */
    static ByteBuffer view(IHostMemory memory) {
        Pointer data = memory.data();
        return new BytePointer(data).capacity(memory.size()).asByteBuffer();
    }
}
