package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.TensorRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a model on one input to look at what happens inside it: how long each of its operations takes, and what its
 * tensors hold. For tools, not for frames: everything is opened and closed again at each call.
 */
public final class OnnxTrial {
    private final ModelSpec model;
    private final ByteBuffer input;

    /**
     * A trial.
     *
     * @param input one picture's tensor, direct, native order, of the model's size and type
     */
    public OnnxTrial(ModelSpec model, ByteBuffer input) {
        this.model = model;
        this.input = batch(model.input(), input);
    }

    /** Files of fixed batch size want whole batches: the other rows stay zero. */
    private static ByteBuffer batch(ModelInput input, ByteBuffer row) {
        ByteBuffer batch = TensorRow.allocate(Math.max(1, input.fixedBatch()) * TensorRow.bytes(input));
        return batch.put(row.duplicate().rewind()).rewind();
    }

    /**
     * What ONNX Runtime noted while the model ran.
     *
     * @param log its profile: a JSON array of events, {@code node_index} telling operations apart
     * @param graph the network as it ran: operations merged and replaced by what is faster here
     */
    public record Profile(Path log, OnnxGraph graph) {}

    /**
     * Runs the model on one thread, as a lane does.
     *
     * @param optimised false: each operation as the file says, to learn shapes; true: as lanes run it, to learn times
     * @param runs how often
     * @param folder for the files this writes
     * @throws InferenceException if the model does not run
     */
    public Profile profile(boolean optimised, int runs, Path folder) {
        Path ran = folder.resolve(optimised ? "optimised.onnx" : "plain.onnx");
        try (SessionOptions options = optimised ? OnnxRuntime.laneOptions() : OnnxRuntime.readerOptions()) {
            options.setOptimizedModelFilePath(ran.toString());
            options.enableProfiling(folder.resolve("profile").toString());
            try (OrtSession session = OnnxRuntime.environment()
                            .createSession(model.weights().file().toString(), options);
                    OnnxTensor tensor = tensor()) {
                for (int i = 0; i < runs; i++) {
                    session.run(Map.of(model.input().tensorName(), tensor)).close();
                }
                return new Profile(Path.of(session.endProfiling()), OnnxGraph.read(ran));
            }
        } catch (OrtException e) {
            throw InferenceException.fatal(model.weights().file() + ": " + OnnxModelReader.reason(e), e);
        } catch (ModelException e) {
            throw InferenceException.fatal(e.getMessage(), e);
        }
    }

    private OnnxTensor tensor() throws OrtException {
        ModelInput in = model.input();
        long[] shape = {Math.max(1, in.fixedBatch()), 3, in.height(), in.width()};
        if (in.type() == TensorType.FLOAT32) {
            return OnnxTensor.createTensor(OnnxRuntime.environment(), input.asFloatBuffer(), shape);
        }
        OnnxJavaType type = in.type() == TensorType.UINT8 ? OnnxJavaType.UINT8 : OnnxJavaType.FLOAT16;
        return OnnxTensor.createTensor(
                OnnxRuntime.environment(), input.duplicate().order(ByteOrder.nativeOrder()), shape, type);
    }

    /**
     * Compares tensors inside this model with tensors inside a reference, each model on its own input. Both run as
     * their files say, without operations being merged.
     *
     * @param tensors the reference's name of each of this model's; those that are not of floating point or of different
     *     sizes are left out
     * @return by this model's name
     */
    public Map<String, Likeness> likeness(OnnxTrial reference, Map<String, String> tensors) {
        Map<String, Likeness> likeness = new LinkedHashMap<>();
        try (SessionOptions options = OnnxRuntime.readerOptions();
                SessionOptions otherOptions = OnnxRuntime.readerOptions();
                OrtSession session = open(tensors.keySet(), options);
                OrtSession other = reference.open(tensors.values(), otherOptions);
                OnnxTensor tensor = tensor();
                OnnxTensor otherTensor = reference.tensor();
                OrtSession.Result result = session.run(Map.of(model.input().tensorName(), tensor));
                OrtSession.Result expected =
                        other.run(Map.of(reference.model.input().tensorName(), otherTensor))) {
            for (String name : tensors.keySet()) {
                Optional<FloatBuffer> is = result.get(name).flatMap(OnnxTrial::floats);
                Optional<FloatBuffer> should = expected.get(tensors.get(name)).flatMap(OnnxTrial::floats);
                if (is.isPresent()
                        && should.isPresent()
                        && is.get().remaining() == should.get().remaining()) {
                    likeness.put(name, Likeness.of(is.get(), should.get()));
                }
            }
            return likeness;
        } catch (OrtException e) {
            throw InferenceException.fatal(model.weights().file() + ": " + OnnxModelReader.reason(e), e);
        } catch (IOException e) {
            throw InferenceException.fatal(model.weights().file() + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** A session of the file with more outputs; weights in files of their own are found beside it. */
    private OrtSession open(Collection<String> tensors, SessionOptions options) throws OrtException, IOException {
        Path folder = model.weights().file().toAbsolutePath().getParent();
        options.addConfigEntry("session.model_external_initializers_file_folder_path", folder.toString());
        return OnnxRuntime.environment().createSession(showing(tensors), options);
    }

    private static Optional<FloatBuffer> floats(OnnxValue value) {
        if (value instanceof OnnxTensor tensor) {
            OnnxJavaType type = tensor.getInfo().type;
            if (type == OnnxJavaType.FLOAT || type == OnnxJavaType.FLOAT16) {
                return Optional.of(tensor.getFloatBuffer());
            }
        }
        return Optional.empty();
    }

    /**
     * The file with more outputs. A protobuf message that stands twice counts as one with the fields of both, so a
     * graph of nothing but outputs behind the file's end is all it takes; ONNX Runtime finds out their types.
     */
    private byte[] showing(Collection<String> tensors) throws IOException {
        OnnxGraph graph;
        try {
            graph = OnnxGraph.read(model.weights().file());
        } catch (ModelException e) {
            throw new IOException(e.getMessage(), e);
        }
        ProtoWriter more = new ProtoWriter();
        for (String name : new LinkedHashSet<>(tensors)) {
            if (!graph.outputs().contains(name)) {
                more.message(12, info -> info.text(1, name));
            }
        }
        byte[] file = Files.readAllBytes(model.weights().file());
        byte[] outputs = new ProtoWriter().bytes(7, more.toBytes()).toBytes();
        byte[] both = Arrays.copyOf(file, file.length + outputs.length);
        System.arraycopy(outputs, 0, both, file.length, outputs.length);
        return both;
    }
}
