package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelFile;
import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpecs;
import io.ringsight.core.model.Sample;
import io.ringsight.core.preprocess.HalfFloat;
import io.ringsight.core.preprocess.TensorMemory;
import io.ringsight.core.preprocess.TensorRow;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs an open model on test pictures. Each is run once; used by one thread. */
final class SampleRun implements Sample {
    /** Side of a block of one colour, in pixels. */
    private static final int BLOCK = 24;

    private final OrtSession session;
    private final Map<Scene, Optional<FloatBuffer>> known = new EnumMap<>(Scene.class);

    SampleRun(OrtSession session) {
        this.session = session;
    }

    /** Exports with free sizes do not tell the number of candidates: running a picture through does. */
    ModelFile withKnownOutputs(ModelFile file, ModelOverrides overrides) throws ModelException, OrtException {
        boolean complete = file.outputs().stream()
                .allMatch(tensor -> tensor.shape().stream().skip(1).allMatch(dim -> dim > 0));
        if (complete) {
            return file;
        }
        ModelInput input = ModelSpecs.input(file, overrides);
        try (TensorMemory memory = memory(input);
                OnnxTensor tensor = tensor(input, Scene.PATTERN, memory.bytes());
                OrtSession.Result result = session.run(Map.of(input.tensorName(), tensor))) {
            List<Tensor> outputs = new ArrayList<>();
            result.forEach(entry -> {
                if (entry.getValue().getInfo() instanceof TensorInfo info) {
                    outputs.add(OnnxModelReader.tensor(entry.getKey(), info));
                }
            });
            return new ModelFile(
                    file.path(),
                    file.sha256(),
                    file.precision(),
                    file.inputs(),
                    outputs,
                    file.firstStep(),
                    file.metadata());
        }
    }

    @Override
    public Optional<FloatBuffer> of(ModelInput input, ModelOutput output, Scene scene) {
        return known.computeIfAbsent(scene, wanted -> run(input, output, wanted));
    }

    /** A network that fails for this picture may do for others: the first lane's warm-up tells if it does for all. */
    private Optional<FloatBuffer> run(ModelInput input, ModelOutput output, Scene scene) {
        try (TensorMemory memory = memory(input);
                OnnxTensor tensor = tensor(input, scene, memory.bytes());
                OrtSession.Result result = session.run(Map.of(input.tensorName(), tensor))) {
            return result.get(output.tensorName())
                    .filter(value -> value instanceof OnnxTensor)
                    .map(value -> ((OnnxTensor) value).getFloatBuffer())
                    .filter(values -> values.remaining() >= output.candidates() * output.values());
        } catch (OrtException e) {
            return Optional.empty();
        }
    }

    private static TensorMemory memory(ModelInput input) {
        return new TensorMemory(Math.max(1, input.fixedBatch()) * TensorRow.bytes(input));
    }

    private static OnnxTensor tensor(ModelInput input, Scene scene, ByteBuffer bytes) throws OrtException {
        int batch = Math.max(1, input.fixedBatch());
        if (scene == Scene.PATTERN) {
            paint(input, bytes);
        }
        long[] shape = {batch, 3, input.height(), input.width()};
        if (input.type() == TensorType.FLOAT32) {
            return OnnxTensor.createTensor(OnnxRuntime.environment(), bytes.asFloatBuffer(), shape);
        }
        OnnxJavaType type = input.type() == TensorType.UINT8 ? OnnxJavaType.UINT8 : OnnxJavaType.FLOAT16;
        return OnnxTensor.createTensor(OnnxRuntime.environment(), bytes, shape, type);
    }

    /** Blocks of colours, in every picture of the batch alike; always the same. */
    private static void paint(ModelInput input, ByteBuffer bytes) {
        int plane = input.width() * input.height();
        int pictureBytes = TensorRow.bytes(input);
        for (int at = 0; at < 3 * plane; at++) {
            int x = at % plane % input.width() / BLOCK;
            int y = at % plane / input.width() / BLOCK;
            int mixed = (x * 73_856_093 ^ y * 19_349_663 ^ at / plane * 83_492_791) * 0x9E3779B1;
            put(input, bytes, at, mixed >>> 24);
        }
        for (int at = pictureBytes; at < bytes.capacity(); at += pictureBytes) {
            bytes.put(at, bytes, 0, pictureBytes);
        }
    }

    private static void put(ModelInput input, ByteBuffer bytes, int at, int shade) {
        switch (input.type()) {
            case FLOAT32 -> bytes.putFloat(at * Float.BYTES, shade * input.scale());
            case FLOAT16 -> bytes.putShort(at * Short.BYTES, HalfFloat.of(shade * input.scale()));
            case UINT8 -> bytes.put(at, (byte) shade);
        }
    }
}
