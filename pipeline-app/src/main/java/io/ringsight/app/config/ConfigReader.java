package io.ringsight.app.config;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlFile;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration file. All mistakes are found in one go: in the file, in the model it names, in what the sources
 * and sinks say of theirs.
 *
 * <p>Relative paths are relative to the working directory. A model that is not there is looked for beside the
 * configuration file and in Ringsight's own directory, too.
 */
public final class ConfigReader {
    /** Reads a model file; its mistakes are the configuration's. */
    public interface ModelReader {
        /** Reads and checks the model, YAML or ONNX. */
        ModelSpec read(Path file) throws ModelException, ConfigException;
    }

    /** Top-level keys that begin so are the user's own, e.g. to hold an anchor. */
    private static final String USERS_OWN = "x-";

    private static final String DEFAULTS = "sourceDefaults";
    /** What each source says itself. */
    private static final List<String> NOT_SHARED = List.of("id", "name", "uri", "track");

    private static final int MIN_STOP_TIMEOUT_MS = 1_000;
    private static final int MAX_STOP_TIMEOUT_MS = 600_000;

    private final YamlErrors errors;
    private final Map<String, String> environment;
    private final ModelReader models;
    private final Path home;
    private final SinkFiles sinkFiles = new SinkFiles();
    private final List<String> modelMistakes = new ArrayList<>();

    /**
     * For one file.
     *
     * @param environment for <code>${NAME}</code>
     * @param home Ringsight's own directory
     */
    public ConfigReader(Path file, Map<String, String> environment, Path home, ModelReader models) {
        this.errors = new YamlErrors(file);
        this.environment = environment;
        this.models = models;
        this.home = home;
    }

    /** Reads the file or tells all its mistakes. */
    public Config read() throws ConfigException {
        Optional<YamlObject> root = YamlFile.read(errors, environment);
        Optional<Config> config = root.flatMap(this::config);
        if (!modelMistakes.isEmpty()) {
            List<String> all = new ArrayList<>(errors.lines());
            all.addAll(modelMistakes);
            throw new ConfigException(all);
        }
        errors.throwIfAny();
        return config.orElseThrow();
    }

    private Optional<Config> config(YamlObject root) {
        Optional<PipelineConfig> pipeline = required(root, "pipeline").flatMap(this::pipeline);
        String device = pipeline.map(found -> found.backend().device()).orElse(PipelineConfig.DEFAULT_DEVICE);
        Optional<ClassNames> classes =
                pipeline.map(found -> new ClassNames(found.model().labels()));
        List<SourceConfig> sources = sources(root, device, classes, defaults(root));
        List<SinkConfig> sinks = new SinksReader(errors, sinkFiles).read(root);
        sinkFiles.reads(errors.file(), "this configuration");
        sources.forEach(sinkFiles::reads);
        Optional<HttpConfig> http = root.object("http").map(yaml -> new HttpReader(errors, yaml).read());
        http.flatMap(HttpConfig::tls).ifPresent(tls -> {
            sinkFiles.reads(tls.certificate(), "the certificate of http.tls");
            sinkFiles.reads(tls.key(), "the key of http.tls");
        });
        sinkFiles.check();
        root.finish(USERS_OWN);
        return pipeline.map(found -> new Config(found, sources, sinks, http));
    }

    private static Optional<YamlObject> required(YamlObject root, String key) {
        Optional<YamlObject> object = root.object(key);
        if (!root.has(key)) {
            root.mistake(key, "expected keys and values, but the key is missing");
        }
        return object;
    }

    private Optional<PipelineConfig> pipeline(YamlObject yaml) {
        Optional<ModelSpec> model = model(yaml);
        String device = device(yaml);
        int lanes = yaml.integerOr("auto", "lanes", 1, BackendSpec.MAX_LANES).orElse(0);
        int maxBatch = yaml.integer("maxBatch", 1, BackendSpec.MAX_BATCH, PipelineConfig.DEFAULT_MAX_BATCH);
        Optional<Double> threshold = yaml.numberOr("auto", "threshold", 0, 1);
        int ringSize = ringSize(yaml, maxBatch);
        boolean cudaGraphs = yaml.flag("cudaGraphs", true);
        int stopTimeoutMs = yaml.integer(
                "stopTimeoutMs", MIN_STOP_TIMEOUT_MS, MAX_STOP_TIMEOUT_MS, PipelineConfig.DEFAULT_STOP_TIMEOUT_MS);
        yaml.finish();
        return model.map(spec -> new PipelineConfig(
                spec,
                new BackendSpec(device, lanes, maxBatch, cudaGraphs),
                threshold.map(Double::floatValue).orElse(spec.threshold()),
                ringSize,
                stopTimeoutMs,
                place(yaml, "device"),
                place(yaml, "model")));
    }

    private Place place(YamlObject yaml, String key) {
        return new Place(errors.file(), yaml.lineOf(key), yaml.keyPath(key));
    }

    private static String device(YamlObject yaml) {
        String device = yaml.text("device", PipelineConfig.DEFAULT_DEVICE);
        if (!BackendSpec.isDevice(device)) {
            yaml.mistake("device", "expected auto, cpu, cuda or cuda:N, got " + YamlObject.quoted(device));
            return PipelineConfig.DEFAULT_DEVICE;
        }
        return device;
    }

    private static int ringSize(YamlObject yaml, int maxBatch) {
        int size = yaml.integer("ringSize", 2, PipelineConfig.MAX_RING_SIZE, PipelineConfig.DEFAULT_RING_SIZE);
        if (Integer.bitCount(size) != 1) {
            yaml.mistake(
                    "ringSize",
                    "expected a power of two, got " + size + "; the next is " + Integer.highestOneBit(size) * 2);
        } else if (size < maxBatch) {
            yaml.mistake("ringSize", "expected room for a batch (maxBatch is " + maxBatch + "), got " + size);
        }
        return size;
    }

    private Optional<ModelSpec> model(YamlObject yaml) {
        String name = yaml.text("model");
        Optional<Path> file = name.isBlank() ? Optional.empty() : modelFile(yaml, name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        sinkFiles.reads(file.get(), "the model");
        try {
            ModelSpec model = models.read(file.get());
            sinkFiles.reads(model.file(), "the model");
            return Optional.of(model);
        } catch (ModelException e) {
            yaml.mistake("model", e.getMessage());
        } catch (ConfigException e) {
            modelMistakes.addAll(e.mistakes());
        }
        return Optional.empty();
    }

    private Optional<Path> modelFile(YamlObject yaml, String name) {
        try {
            Path path = Path.of(name);
            Path beside = errors.file().toAbsolutePath().resolveSibling(path);
            for (Path candidate : List.of(path, beside, home.resolve(path))) {
                if (Files.isRegularFile(candidate)) {
                    return Optional.of(candidate);
                }
            }
            yaml.mistake(
                    "model",
                    "expected a model file (.yaml or .onnx), but there is no " + name
                            + (path.isAbsolute() ? "" : " in the working directory, beside this file or in " + home));
        } catch (InvalidPathException e) {
            yaml.mistake("model", "expected a path, but " + e.getReason());
        }
        return Optional.empty();
    }

    private static Optional<YamlObject> defaults(YamlObject root) {
        Optional<YamlObject> defaults = root.object(DEFAULTS);
        for (String key : NOT_SHARED) {
            if (defaults.isPresent() && defaults.get().has(key)) {
                defaults.get()
                        .mistake(key, "expected a key that sources can share, not " + String.join(", ", NOT_SHARED));
            }
        }
        return defaults;
    }

    private List<SourceConfig> sources(
            YamlObject root, String device, Optional<ClassNames> classes, Optional<YamlObject> defaults) {
        List<YamlObject> list = root.objects("sources");
        if (!root.has("sources")) {
            root.mistake("sources", "expected a list of at least one source, but the key is missing");
        } else if (root.isEmptyList("sources")) {
            root.mistake("sources", "expected a list of at least one source, got an empty one");
        }
        List<SourceConfig> sources = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        for (YamlObject yaml : list) {
            defaults.ifPresent(yaml::addDefaults);
            new SourceReader(yaml, device, classes).read().ifPresent(sources::add);
            String id = yaml.text("id", "");
            Integer first = id.isEmpty() ? null : lines.putIfAbsent(id, yaml.lineOf("id"));
            if (first != null) {
                yaml.mistake(
                        "id",
                        "expected each source id once, got " + YamlObject.quoted(id) + " again (first on line " + first
                                + ")");
            }
        }
        return sources;
    }
}
