package io.ringsight.app.files;

import io.ringsight.app.CommandException;
import io.ringsight.app.config.ConfigException;
import io.ringsight.app.config.ModelYaml;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.Backends;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Command-line options that choose a model and what computes it. */
public final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "Model: a .yaml file, or an .onnx file whose metadata says enough.")
    private Path model;

    @Option(
            names = "--device",
            defaultValue = "auto",
            paramLabel = "DEVICE",
            description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--lanes",
            defaultValue = "0",
            paramLabel = "N",
            description = "Batches in flight; 0: as the device does best (default).")
    private int lanes;

    /** Reads the model. */
    public ModelSpec read() throws ModelException, ConfigException {
        return ModelYaml.read(model);
    }

    /** Opens the backend; the caller closes it. */
    public InferenceBackend open(ModelSpec spec) {
        BackendSpec wanted;
        try {
            wanted = new BackendSpec(device, lanes, 1);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("ringsight: " + e.getMessage());
        }
        try {
            return Backends.open(spec, wanted);
        } catch (InferenceException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
    }
}
