package io.ringsight.app.config;

import io.ringsight.sinks.evidence.EvidenceSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole configuration file, checked.
 *
 * @param pipeline the model and the device
 * @param models further models by their names; each has the pipeline's device and so on where it says nothing
 * @param sources ids unique; none only where http is
 * @param sinks one or more, names unique
 * @param http the port for operators, if there is to be one
 * @param shadow what computes some of the frames once more, if anything does
 * @param evidence where pictures of frames that matter are kept, if they are
 */
public record Config(
        PipelineConfig pipeline,
        Map<String, PipelineConfig> models,
        List<SourceConfig> sources,
        List<SinkConfig> sinks,
        Optional<HttpConfig> http,
        Optional<ShadowConfig> shadow,
        Optional<EvidenceSpec> evidence) {
    /** What the pipeline's own model is called among others. */
    public static final String DEFAULT_MODEL = "default";

    public Config {
        models = Map.copyOf(models);
        sources = List.copyOf(sources);
        sinks = List.copyOf(sinks);
    }

    /**
     * The models that look at a source, by their names, in the sources' order, or the default one for the first source that
     * comes; those on the CPU share its cores.
     */
    public Map<String, PipelineConfig> modelsInUse() {
        Map<String, PipelineConfig> used = new LinkedHashMap<>();
        for (SourceConfig source : sources) {
            used.put(
                    source.model().orElse(DEFAULT_MODEL),
                    source.model().map(models::get).orElse(pipeline));
        }
        if (sources.isEmpty()) {
            used.put(DEFAULT_MODEL, pipeline);
        }
        long onCpu =
                used.values().stream().filter(model -> !model.backend().isGpu()).count();
        used.replaceAll((name, model) -> model.sharedBy((int) Math.max(1, onCpu)));
        return used;
    }

    /**
     * The models that look at the objects of {@link #modelsInUse()}: by the first model's name, a slash and the attribute.
     */
    public Map<String, PipelineConfig> secondsInUse() {
        Map<String, PipelineConfig> used = new LinkedHashMap<>();
        modelsInUse()
                .forEach((name, model) ->
                        model.then().forEach(then -> used.put(name + '/' + then.attribute(), then.pipeline())));
        return used;
    }

    /** How the shadow's model is computed, if there is a shadow. */
    public Optional<PipelineConfig> shadowModel() {
        return shadow.map(found -> models.get(found.model()).asShadow());
    }

    /** How the model is computed that the shadow is compared with, if there is a shadow. */
    public Optional<PipelineConfig> shadowed() {
        return shadow.map(found -> modelsInUse().get(found.of()));
    }

    /** Slots of the ring: what is configured, or more so that every source has one. */
    public int ringSize() {
        int needed = Integer.highestOneBit(2 * Math.max(1, sources.size()) - 1);
        return Math.max(pipeline.ringSize(), needed);
    }

    /** Advice where a ring of {@code ringSize} slots is smaller than what all sources may have on their way. */
    public Optional<String> ringHint(int ringSize) {
        int credits = sources.stream()
                .mapToInt(source -> source.flow().credits().orElse(SourceConfig.DEFAULT_CAMERA_CREDITS))
                .sum();
        return credits <= ringSize
                ? Optional.empty()
                : Optional.of("the ring of " + ringSize + " frames is smaller than what the sources may have on their"
                        + " way (" + credits + " credits): each of the " + sources.size() + " gets "
                        + Math.max(1, ringSize / sources.size()) + "; for more set pipeline.ringSize "
                        + Integer.highestOneBit(credits - 1) * 2);
    }

    /** What of {@code other} takes a restart, because it is neither a source nor what computes: keys and sections. */
    public List<String> restartFor(Config other) {
        List<String> sections = new ArrayList<>();
        if (pipeline.ringSize() != other.pipeline.ringSize()) {
            sections.add("pipeline.ringSize");
        }
        if (pipeline.stopTimeoutMs() != other.pipeline.stopTimeoutMs()) {
            sections.add("pipeline.stopTimeoutMs");
        }
        if (!pipeline.looksAs(other.pipeline)) {
            sections.add("pipeline.then");
        }
        models.forEach((name, model) -> {
            if (other.models.containsKey(name) && !model.looksAs(other.models.get(name))) {
                sections.add("models." + name + ".then");
            }
        });
        if (!sinks.equals(other.sinks)) {
            sections.add("sinks");
        }
        if (!http.map(HttpConfig::anywhere).equals(other.http.map(HttpConfig::anywhere))) {
            sections.add("http");
        }
        if (!evidence.equals(other.evidence)) {
            sections.add("evidence");
        }
        return sections;
    }
}
