package io.ringsight.core.infer.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelFile;
import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.model.ModelSpecs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what an ONNX file says of itself, by opening it in ONNX Runtime without optimising it and running it on a
 * test picture.
 */
public final class OnnxModelReader {
    private static final Logger LOG = LoggerFactory.getLogger(OnnxModelReader.class);

    private OnnxModelReader() {}

    /**
     * Reads a file.
     *
     * @param overrides what the user says of it
     * @throws ModelException if it is missing, unreadable, truncated, no ONNX file, one ONNX Runtime cannot load, or no
     *     detector that can be used
     */
    public static ModelSpec read(Path path, ModelOverrides overrides) throws ModelException {
        ByteBuffer bytes = bytes(path);
        OnnxScan scan = scan(path, bytes);
        String sha256 = WeightFiles.of(path, scan.locations()).sha256(bytes);
        OrtEnvironment environment = OnnxRuntime.environment();
        try (OrtSession.SessionOptions options = OnnxRuntime.readerOptions();
                OrtSession session = environment.createSession(path.toString(), options)) {
            List<Tensor> inputs = tensors(session.getInputInfo().values());
            ModelFile file = new ModelFile(
                    path,
                    sha256,
                    scan.precision(),
                    inputs,
                    tensors(session.getOutputInfo().values()),
                    inputs.isEmpty()
                            ? ""
                            : FirstStep.onBytes(
                                    OnnxGraph.of(bytes), inputs.get(0).name()),
                    metadata(session));
            SampleRun sample = new SampleRun(session);
            ModelSpec spec = ModelSpecs.merge(sample.withKnownOutputs(file, overrides), overrides, sample);
            tellUnused(file, spec);
            return spec;
        } catch (OrtException e) {
            throw new ModelException(path + ": ONNX Runtime cannot load this model: " + cause(scan, e), e);
        }
    }

    /** The hash of the file and of those its weights are in, as {@link ModelSpec#sha256()}. */
    public static String sha256(Path path) throws ModelException {
        ByteBuffer bytes = bytes(path);
        return WeightFiles.of(path, scan(path, bytes).locations()).sha256(bytes);
    }

    private static OnnxScan scan(Path path, ByteBuffer bytes) throws ModelException {
        OnnxScan scan = OnnxScan.of(bytes);
        switch (scan.walk()) {
            case NOT_ONNX ->
                throw new ModelException(path + ": this is not an ONNX file: " + ForeignFile.describe(path, bytes));
            case TRUNCATED ->
                throw new ModelException(
                        path + ": this ONNX file is truncated at " + bytes.remaining() + " bytes; copy it again");
            case WHOLE -> {}
        }
        if (!scan.customOps().isEmpty()) {
            throw new ModelException(path + ": this model cannot be used: it needs operations that are plugins of other"
                    + " runtimes, " + String.join(", ", scan.customOps())
                    + "; export it without them (for NMS plugins: a YOLOv10 model, or without NMS)");
        }
        return scan;
    }

    private static String cause(OnnxScan scan, OrtException e) {
        return String.valueOf(e.getMessage()).matches("(?s).*(model IR version|opset version).*")
                ? "the file is of IR version " + scan.irVersion() + " and opset " + scan.opset()
                        + ", newer than it knows; export it again for opset 17: yolo export ... opset=17"
                : reason(e);
    }

    private static void tellUnused(ModelFile file, ModelSpec spec) {
        if (file.outputs().size() > 1) {
            LOG.info(
                    "{}: objects are read from output '{}'; not used: {}",
                    file.path(),
                    spec.output().tensorName(),
                    file.outputs().stream()
                            .map(Tensor::name)
                            .filter(name -> !name.equals(spec.output().tensorName()))
                            .collect(Collectors.joining(", ")));
        }
    }

    /** The file in memory, not on the heap. */
    private static ByteBuffer bytes(Path path) throws ModelException {
        if (!Files.exists(path)) {
            throw new ModelException(path + ": no such model file");
        }
        if (!Files.isRegularFile(path)) {
            throw new ModelException(path + ": a model file was expected, but this is "
                    + (Files.isDirectory(path) ? "a directory" : "no regular file"));
        }
        try (FileChannel channel = FileChannel.open(path)) {
            if (channel.size() == 0) {
                throw new ModelException(path + ": this model file is empty");
            }
            if (channel.size() > Integer.MAX_VALUE) {
                throw new ModelException(
                        path + ": this file has " + channel.size() + " bytes; an ONNX file holds at most"
                                + " 2 GiB: save it with its weights in a file beside it (save_as_external_data=True)");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
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
                tensors.add(tensor(node.getName(), info));
            } else {
                tensors.add(new Tensor(node.getName(), "no tensor", List.of()));
            }
        }
        return tensors;
    }

    static Tensor tensor(String name, TensorInfo info) {
        String type = info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "");
        return new Tensor(name, type, Arrays.stream(info.getShape()).boxed().toList());
    }

    /** The runtime's message on one line, without its error code. */
    static String reason(OrtException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("^Error code - \\w+ - message: ", "")
                .replaceFirst("/onnxruntime_src/\\S+:\\d+ ", "")
                .replaceAll("\\s+", " ");
    }
}
