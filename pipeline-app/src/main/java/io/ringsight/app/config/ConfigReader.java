package io.ringsight.app.config;

import io.ringsight.app.config.evidence.EvidenceReader;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.KeyForm;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlFile;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.sinks.evidence.EvidenceSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

    private final YamlErrors errors;
    private final Map<String, String> environment;
    private final ModelReader models;
    private final Path home;
    private final SinkFiles sinkFiles = new SinkFiles();
    private final List<String> modelMistakes = new ArrayList<>();
    private Map<String, KeyForm> keys = Map.of();

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
        return read(YamlFile.read(errors, environment));
    }

    /** As {@link #read()}, with this text in place of the file's. */
    public Config read(String text) throws ConfigException {
        return read(YamlFile.parse(text, errors, environment));
    }

    private Config read(Optional<YamlObject> root) throws ConfigException {
        Optional<Config> config = root.flatMap(this::config);
        keys = root.map(YamlObject::forms).orElse(Map.of());
        if (!modelMistakes.isEmpty()) {
            List<String> all = new ArrayList<>(errors.lines());
            all.addAll(modelMistakes);
            throw new ConfigException(all);
        }
        errors.throwIfAny();
        return config.orElseThrow();
    }

    /** What was read: each key of the sections that the file has, as {@link YamlObject#forms()}. */
    Map<String, KeyForm> keys() {
        return keys;
    }

    private Optional<Config> config(YamlObject root) {
        ModelFiles files = new ModelFiles(errors, models, home, sinkFiles);
        ModelsReader reader = new ModelsReader(errors, files);
        ModelsRead read = reader.read(required(root, "pipeline"), root.object("models"));
        modelMistakes.addAll(files.mistakesOfFiles());
        Map<SourceId, YamlObject> places = new LinkedHashMap<>();
        List<SourceConfig> sources = sources(root, read, defaults(root), places);
        SinksReader sinksReader = new SinksReader(errors, sinkFiles);
        List<SinkConfig> sinks = sinksReader.read(root);
        sinksReader.check(sources, places);
        sinkFiles.reads(errors.file(), "this configuration");
        sources.forEach(sinkFiles::reads);
        Optional<HttpConfig> http = root.object("http").map(yaml -> new HttpReader(errors, yaml).read());
        http.flatMap(HttpConfig::tls).ifPresent(tls -> {
            sinkFiles.reads(tls.certificate(), "the certificate of http.tls");
            sinkFiles.reads(tls.key(), "the key of http.tls");
        });
        Optional<ShadowConfig> shadow = root.object("shadow").flatMap(yaml -> ShadowConfig.read(yaml, read, sources));
        Optional<EvidenceSpec> evidence = root.object("evidence").map(this::evidence);
        sinkFiles.check();
        root.finish(USERS_OWN);
        return read.pipeline().map(found -> new Config(found, read.models(), sources, sinks, http, shadow, evidence));
    }

    private EvidenceSpec evidence(YamlObject yaml) {
        EvidenceSpec spec = EvidenceReader.read(yaml);
        sinkFiles.spools(yaml, "dir", spec.dir());
        return spec;
    }

    private static Optional<YamlObject> required(YamlObject root, String key) {
        Optional<YamlObject> object = root.object(key);
        if (!root.has(key)) {
            root.mistake(key, "expected keys and values, but the key is missing");
        }
        return object;
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
            YamlObject root, ModelsRead read, Optional<YamlObject> defaults, Map<SourceId, YamlObject> places) {
        List<YamlObject> list = root.objects("sources");
        if (!root.has("sources")) {
            root.mistake("sources", "expected a list of at least one source, but the key is missing");
        } else if (root.isEmptyList("sources") && !root.has("http")) {
            root.mistake(
                    "sources", "expected a list of at least one source, or http, where one can be added; got neither");
        }
        List<SourceConfig> sources = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        for (YamlObject yaml : list) {
            defaults.ifPresent(yaml::addDefaults);
            new SourceReader(yaml, read).read().ifPresent(sources::add);
            String id = yaml.text("id", "");
            if (SourceId.isValid(id)) {
                places.putIfAbsent(new SourceId(id), yaml);
            }
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
