package io.ringsight.core.infer.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelFile;
import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpecs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Finds out what an ONNX file says of itself, by opening it in ONNX Runtime without optimising it. */
public final class OnnxModelReader {
    private OnnxModelReader() {}

    /**
     * Reads a file.
     *
     * @param overrides asked for the input size where the file leaves it free: output shapes may depend on it
     * @throws ModelException if it is missing, unreadable, truncated, no ONNX file, or one ONNX Runtime cannot load
     */
    public static ModelFile read(Path path, ModelOverrides overrides) throws ModelException {
        byte[] bytes = bytes(path);
        OnnxScan scan = OnnxScan.of(bytes);
        switch (scan.verdict()) {
            case NOT_ONNX -> throw new ModelException(path + ": this is not an ONNX file");
            case TRUNCATED ->
                throw new ModelException(
                        path + ": this ONNX file is truncated at " + bytes.length + " bytes; copy it again");
            case WHOLE -> {}
        }
        OrtEnvironment environment = OnnxRuntime.environment();
        try (OrtSession.SessionOptions options = OnnxRuntime.readerOptions();
                OrtSession session = environment.createSession(path.toString(), options)) {
            ModelFile file = new ModelFile(
                    path,
                    sha256(bytes),
                    scan.precision(),
                    tensors(session.getInputInfo().values()),
                    tensors(session.getOutputInfo().values()),
                    metadata(session));
            return withKnownOutputs(file, session, overrides);
        } catch (OrtException e) {
            throw new ModelException(path + ": ONNX Runtime cannot load this model: " + reason(e), e);
        }
    }

    private static byte[] bytes(Path path) throws ModelException {
        if (!Files.exists(path)) {
            throw new ModelException(path + ": no such model file");
        }
        if (!Files.isRegularFile(path)) {
            throw new ModelException(path + ": a model file was expected, but this is a directory");
        }
        try {
            byte[] bytes = Files.readAllBytes(path);
            if (bytes.length == 0) {
                throw new ModelException(path + ": this model file is empty");
            }
            return bytes;
        } catch (IOException e) {
            throw new ModelException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** ONNX Runtime cuts a key at a NUL, does not find it again and gives null for its value. */
    private static Map<String, String> metadata(OrtSession session) throws OrtException {
        Map<String, String> given = session.getMetadata().getCustomMetadata();
        Map<String, String> metadata = new HashMap<>();
        given.forEach((key, value) -> metadata.put(key, value == null ? "" : value));
        return metadata;
    }

    private static List<Tensor> tensors(Collection<NodeInfo> nodes) {
        List<Tensor> tensors = new ArrayList<>();
        for (NodeInfo node : nodes) {
            if (node.getInfo() instanceof TensorInfo info) {
                String type = info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "");
                tensors.add(new Tensor(
                        node.getName(),
                        type,
                        Arrays.stream(info.getShape()).boxed().toList()));
            } else {
                tensors.add(new Tensor(node.getName(), "no tensor", List.of()));
            }
        }
        return tensors;
    }

    /** Exports with free sizes do not tell the number of candidates: running a grey picture through does. */
    private static ModelFile withKnownOutputs(ModelFile file, OrtSession session, ModelOverrides overrides)
            throws ModelException, OrtException {
        boolean known = file.outputs().stream()
                .allMatch(tensor -> tensor.shape().stream().skip(1).allMatch(dim -> dim > 0));
        Tensor input = file.inputs().isEmpty() ? null : file.inputs().get(0);
        if (known || input == null || !input.type().equals("FLOAT")) {
            return file;
        }
        int[] size = ModelSpecs.inputSize(file, overrides);
        long batch = Math.max(1, input.shape().get(0));
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.toIntExact(batch * 3 * size[0] * size[1] * Float.BYTES))
                .order(ByteOrder.nativeOrder());
        long[] shape = {batch, 3, size[1], size[0]};
        try (OnnxTensor tensor = OnnxTensor.createTensor(OnnxRuntime.environment(), zeros.asFloatBuffer(), shape);
                OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
            List<Tensor> outputs = new ArrayList<>();
            result.forEach(entry -> outputs.add(
                    measured(entry.getKey(), (TensorInfo) entry.getValue().getInfo())));
            return new ModelFile(file.path(), file.sha256(), file.precision(), file.inputs(), outputs, file.metadata());
        }
    }

    private static Tensor measured(String name, TensorInfo info) {
        List<Long> shape = Arrays.stream(info.getShape()).boxed().toList();
        return new Tensor(name, info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", ""), shape);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The runtime's message on one line, without its error code. */
    static String reason(OrtException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("^Error code - \\w+ - message: ", "")
                .replaceAll("\\s+", " ");
    }
}
