package io.ringsight.app.tools.files;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The command-line option that names a model, which must be given. */
public final class ModelOption {
    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "Model: a .yaml file, or an .onnx file whose metadata says enough.")
    private Path model;

    /** The file the user named. */
    public Path path() {
        return model;
    }

    /** Reads the model. */
    public ModelSpec read() throws ModelException, ConfigException {
        return ModelYaml.read(model);
    }
}
