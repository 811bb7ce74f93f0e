package io.ringsight.app.command;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.edit.ConfigFile;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option {@code -c FILE} of the commands that take a configuration. */
final class ConfigOption {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration; conf/pipeline.yaml is the commented reference.")
    private Path file;

    @Option(
            names = "--force-model",
            description = "Take a model although its gate did not pass or covers another file; warns instead.")
    private boolean forceModel;

    Path file() {
        return file;
    }

    /** Reads the file or tells all its mistakes. */
    Config read() throws ConfigException {
        return read(file, forceModel ? ModelYaml::readForced : ModelYaml::readApproved);
    }

    /** The file, to be read again and again. */
    ConfigFile kept() {
        ConfigReader.ModelReader models = forceModel ? ModelYaml::readForced : ModelYaml::readApproved;
        return new ConfigFile(file, () -> reader(file, models));
    }

    /** As above, with models read otherwise. */
    static Config read(Path file, ConfigReader.ModelReader models) throws ConfigException {
        return reader(file, models).read();
    }

    private static ConfigReader reader(Path file, ConfigReader.ModelReader models) {
        Path home = Path.of(System.getProperty("ringsight.home", ""));
        return new ConfigReader(file, System.getenv(), home.toAbsolutePath(), models);
    }
}
