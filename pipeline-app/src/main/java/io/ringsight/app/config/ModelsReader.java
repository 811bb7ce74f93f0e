package io.ringsight.app.config;

import io.ringsight.app.config.PipelineConfig.Then;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what computes: {@code pipeline}, and {@code models}, each of which has the pipeline's keys where it has none. */
final class ModelsReader {
    private static final int MIN_STOP_TIMEOUT_MS = 1_000;
    private static final int MAX_STOP_TIMEOUT_MS = 600_000;
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private final YamlErrors errors;
    private final ModelFiles files;
    /** What models have that say nothing themselves. */
    private Keys inherited = Keys.DEFAULTS;

    private final ThenReader thens = new ThenReader();

    /** How a model is computed, as far as it stands in one place. */
    private record Keys(String device, int lanes, int maxBatch, boolean cudaGraphs) {
        static final Keys DEFAULTS = new Keys(PipelineConfig.DEFAULT_DEVICE, 0, PipelineConfig.DEFAULT_MAX_BATCH, true);

        Keys graphs(boolean wanted) {
            return new Keys(device, lanes, maxBatch, wanted);
        }

        BackendSpec spec() {
            return new BackendSpec(device, lanes, maxBatch, cudaGraphs);
        }
    }

    ModelsReader(YamlErrors errors, ModelFiles files) {
        this.errors = errors;
        this.files = files;
    }

    ModelsRead read(Optional<YamlObject> pipeline, Optional<YamlObject> models) {
        Optional<PipelineConfig> own = pipeline.flatMap(this::pipeline);
        Map<String, PipelineConfig> named = new LinkedHashMap<>();
        Map<String, String> devices = new LinkedHashMap<>();
        List<String> names = models.map(YamlObject::keys).orElse(List.of());
        for (String name : names) {
            models.get().named(name).ifPresent(yaml -> {
                model(name, yaml, own).ifPresent(read -> named.put(name, read));
                devices.put(name, yaml.text("device", inherited.device()));
            });
            checkName(models.get(), name);
        }
        Map<String, PipelineConfig> whole = new LinkedHashMap<>();
        names.forEach(name -> {
            Optional<PipelineConfig> read = Optional.ofNullable(named.get(name));
            List<Then> then = thens.read(name, read, named);
            read.ifPresent(model -> whole.put(name, model.with(then)));
        });
        List<Then> then = thens.read(Config.DEFAULT_MODEL, own, named);
        return new ModelsRead(own.map(model -> model.with(then)), whole, names, devices, inherited.device());
    }

    private static void checkName(YamlObject models, String name) {
        if (name.equals(Config.DEFAULT_MODEL)) {
            models.mistake(name, "is the name of pipeline.model; expected another");
        } else if (!name.matches(NAME)) {
            models.mistake(
                    name,
                    "expected a name of 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, got "
                            + YamlObject.quoted(name));
        } else if (!models.has(name)) {
            models.mistake(name, "expected keys and values, file among them, got nothing");
        }
    }

    private Optional<PipelineConfig> pipeline(YamlObject yaml) {
        Optional<ModelSpec> model = files.spec(yaml, "model");
        model.filter(read -> read.output().head().isClassifier())
                .ifPresent(read -> yaml.mistake("model", ThenReader.notADetector(read.name())));
        Keys keys = keys(yaml);
        Optional<Double> threshold = yaml.numberOr("auto", "threshold", 0, 1);
        int ringSize = ringSize(yaml, keys.maxBatch());
        keys = keys.graphs(yaml.flag("cudaGraphs", true));
        inherited = keys;
        BackendSpec backend = keys.spec();
        int stopTimeoutMs = yaml.integer(
                "stopTimeoutMs", MIN_STOP_TIMEOUT_MS, MAX_STOP_TIMEOUT_MS, PipelineConfig.DEFAULT_STOP_TIMEOUT_MS);
        thens.note(Config.DEFAULT_MODEL, yaml);
        yaml.finish();
        return model.map(spec -> new PipelineConfig(
                spec,
                backend,
                threshold.map(Double::floatValue).orElse(spec.threshold()),
                ringSize,
                stopTimeoutMs,
                place(yaml),
                List.of()));
    }

    private Optional<PipelineConfig> model(String name, YamlObject yaml, Optional<PipelineConfig> pipeline) {
        Optional<ModelSpec> model = files.spec(yaml, "file");
        Keys some = keys(yaml);
        Optional<Double> threshold = yaml.numberOr("auto", "threshold", 0, 1);
        Keys keys = some.graphs(yaml.flag("cudaGraphs", inherited.cudaGraphs()));
        thens.note(name, yaml);
        yaml.finish();
        pipeline.filter(own -> own.ringSize() < keys.maxBatch())
                .ifPresent(own -> yaml.mistake(
                        "maxBatch",
                        "expected a batch that has room in pipeline.ringSize (" + own.ringSize() + "), got "
                                + keys.maxBatch()));
        return pipeline.flatMap(own -> model.map(spec ->
                own.with(spec, keys.spec(), threshold.map(Double::floatValue).orElse(spec.threshold()), place(yaml))));
    }

    /** Those of one place, but for the graphs. */
    private Keys keys(YamlObject yaml) {
        String device = yaml.text("device", inherited.device());
        if (!BackendSpec.isDevice(device)) {
            yaml.mistake("device", "expected auto, cpu, cuda or cuda:N, got " + YamlObject.quoted(device));
            device = PipelineConfig.DEFAULT_DEVICE;
        }
        Optional<Integer> lanes = yaml.integerOr("auto", "lanes", 1, BackendSpec.MAX_LANES);
        return new Keys(
                device,
                yaml.has("lanes") ? lanes.orElse(0) : inherited.lanes(),
                yaml.integer("maxBatch", 1, BackendSpec.MAX_BATCH, inherited.maxBatch()),
                inherited.cudaGraphs());
    }

    private Place place(YamlObject yaml) {
        return new Place(errors.file(), yaml.lineOf("device"), yaml.keyPath("device"));
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
}
