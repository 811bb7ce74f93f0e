package io.ringsight.app.tools.files;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The command-line option that chooses a model where the shipped one is the default. */
public final class ShippedModelOption {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            description = "Model YAML or ONNX file (default: " + ShippedModel.NAME + ").")
    private Path model;

    /** Whether the user named one. */
    public boolean isNamed() {
        return model != null;
    }

    /** The file the user named, or the shipped one. */
    public Path path() {
        return ShippedModel.unless(model);
    }
}
