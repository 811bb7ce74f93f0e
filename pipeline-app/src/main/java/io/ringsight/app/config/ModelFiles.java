package io.ringsight.app.config;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds and reads the model files that a configuration names: in the working directory, beside it, or at home. */
final class ModelFiles {
    private final YamlErrors errors;
    private final ConfigReader.ModelReader files;
    private final Path home;
    private final SinkFiles sinkFiles;
    private final List<String> mistakesOfFiles = new ArrayList<>();

    ModelFiles(YamlErrors errors, ConfigReader.ModelReader files, Path home, SinkFiles sinkFiles) {
        this.errors = errors;
        this.files = files;
        this.home = home;
        this.sinkFiles = sinkFiles;
    }

    /** What is wrong inside the models' own files. */
    List<String> mistakesOfFiles() {
        return mistakesOfFiles;
    }

    /** The model that {@code key} names; empty, and a mistake told, if it cannot be had. */
    Optional<ModelSpec> spec(YamlObject yaml, String key) {
        String name = yaml.text(key);
        Optional<Path> file = name.isBlank() ? Optional.empty() : file(yaml, key, name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        sinkFiles.reads(file.get(), "the model");
        try {
            ModelSpec model = files.read(file.get());
            sinkFiles.reads(model.weights().file(), "the model");
            return Optional.of(model);
        } catch (ModelException e) {
            yaml.mistake(key, e.getMessage());
        } catch (ConfigException e) {
            mistakesOfFiles.addAll(e.mistakes());
        }
        return Optional.empty();
    }

    private Optional<Path> file(YamlObject yaml, String key, String name) {
        try {
            Path path = Path.of(name);
            Path beside = errors.file().toAbsolutePath().resolveSibling(path);
            for (Path candidate : List.of(path, beside, home.resolve(path))) {
                if (Files.isRegularFile(candidate)) {
                    return Optional.of(candidate);
                }
            }
            yaml.mistake(
                    key,
                    "expected a model file (.yaml or .onnx), but there is no " + name
                            + (path.isAbsolute() ? "" : " in the working directory, beside this file or in " + home));
        } catch (InvalidPathException e) {
            yaml.mistake(key, "expected a path, but " + e.getReason());
        }
        return Optional.empty();
    }
}
