package io.ringsight.app.config;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** For Jazzer: whatever is in a configuration or a model's YAML, it is read or told as mistakes. */
public final class ConfigFuzzTarget {
    private static final Path FOLDER = folder();

    private ConfigFuzzTarget() {}

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Path file = Files.write(FOLDER.resolve("fuzz.yaml"), data);
        try {
            new ConfigReader(file, Map.of("A", "a"), FOLDER, path -> FakeBackend.SPEC).read();
        } catch (ConfigException expected) {
            if (expected.mistakes().isEmpty()) {
                throw new IllegalStateException("refused without a mistake");
            }
        }
        try {
            ModelYaml.read(file);
        } catch (ConfigException | ModelException expected) {
            if (expected.getMessage() == null || expected.getMessage().isBlank()) {
                throw new IllegalStateException("refused without a word", expected);
            }
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("ringsight-fuzz-config");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
