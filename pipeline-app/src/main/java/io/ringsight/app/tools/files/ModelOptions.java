package io.ringsight.app.tools.files;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command-line options that choose a model and what computes it. */
public final class ModelOptions {
    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "Model: a .yaml file, or an .onnx file whose metadata says enough.")
    private Path model;

    @Mixin
    private DeviceOptions device;

    /** The file the user named. */
    public Path path() {
        return model;
    }

    /** Reads the model. */
    public ModelSpec read() throws ModelException, ConfigException {
        return ModelYaml.read(model);
    }

    /** Opens it for detections of {@code threshold} and more; the caller closes it. */
    public DetectorSwitch open(ModelSpec spec, float threshold) {
        return device.open(spec, threshold);
    }
}
