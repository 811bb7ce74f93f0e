package io.ringsight.app.rest;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.ShadowConfig;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.analyse.zone.Zone.Point;
import io.ringsight.sinks.evidence.EvidenceSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration as it runs. What may be a secret is not in it: no password, no token, no property of Kafka's. */
final class RunningConfiguration {
    private RunningConfiguration() {}

    static Map<String, Object> of(Config config) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("pipeline", pipeline(config.pipeline(), config.ringSize()));
        Map<String, Object> models = new LinkedHashMap<>();
        config.models().forEach((name, model) -> models.put(name, computing(model)));
        all.put("models", models);
        all.put("shadow", config.shadow().map(RunningConfiguration::shadow).orElse(null));
        all.put(
                "sources",
                config.sources().stream().map(RunningConfiguration::source).toList());
        all.put("sinks", config.sinks().stream().map(SinkConfig::toString).toList());
        all.put("http", config.http().map(RunningConfiguration::http).orElse(null));
        all.put(
                "evidence",
                config.evidence().map(RunningConfiguration::evidence).orElse(null));
        return all;
    }

    private static Map<String, Object> evidence(EvidenceSpec evidence) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("dir", evidence.dir());
        values.put("maxBytes", evidence.maxBytes());
        values.put("maxAgeSeconds", evidence.maxAgeSeconds());
        values.put("clips", evidence.clips());
        values.put("clipPreRollMs", evidence.clipPreRollMs());
        values.put("clipPostRollMs", evidence.clipPostRollMs());
        values.put("clipMaxBytes", evidence.clipMaxBytes());
        return values;
    }

    private static Map<String, Object> pipeline(PipelineConfig pipeline, int ringSize) {
        Map<String, Object> values = computing(pipeline);
        values.put("ringSize", ringSize);
        values.put("stopTimeoutMs", pipeline.stopTimeoutMs());
        return values;
    }

    private static Map<String, Object> computing(PipelineConfig model) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model", model.model().weights().file());
        values.put("device", model.backend().device());
        values.put("maxBatch", model.backend().maxBatch());
        values.put("threshold", model.threshold());
        return values;
    }

    private static Map<String, Object> shadow(ShadowConfig shadow) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model", shadow.model());
        values.put("share", shadow.share());
        values.put("of", shadow.of());
        return values;
    }

    private static Map<String, Object> source(SourceConfig source) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("id", source.id());
        values.put("name", source.name().map(name -> name.value()).orElse(null));
        values.put("model", source.model().orElse(Config.DEFAULT_MODEL));
        values.put("uri", source.spec().uri());
        values.put("maxFps", source.flow().maxFps());
        values.put("deadlineMs", source.flow().deadlineMs());
        values.put("credits", source.flow().credits().orElse(null));
        values.put("paused", source.paused());
        values.put("tracking", source.analysis().tracking().enabled());
        values.put(
                "zones",
                source.analysis().zones().stream()
                        .map(RunningConfiguration::zone)
                        .toList());
        values.put(
                "lines",
                source.analysis().lines().stream()
                        .map(RunningConfiguration::line)
                        .toList());
        return values;
    }

    private static Map<String, Object> zone(Zone zone) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", zone.name());
        values.put(
                "polygon",
                zone.corners().stream().map(RunningConfiguration::place).toList());
        values.put("metres", zone.metres().orElse(null));
        values.put("stoppedMs", zone.stoppedMs());
        return values;
    }

    private static Map<String, Object> line(Line line) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", line.name());
        values.put("from", place(line.from()));
        values.put("to", place(line.to()));
        values.put("metres", line.metres().orElse(null));
        values.put("oneWay", line.oneWay().map(Line.Direction::wireName).orElse("no"));
        return values;
    }

    private static List<Double> place(Point point) {
        return List.of(point.x(), point.y());
    }

    private static Map<String, Object> http(HttpConfig http) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("bind", http.bind());
        values.put("port", http.port());
        values.put("tls", http.tls().isPresent());
        values.put("auth", http.auth().toString());
        return values;
    }
}
