package io.ringsight.app.config;

import java.util.List;
import java.util.Optional;

/**
 * A whole configuration file, checked.
 *
 * @param pipeline the model and the device
 * @param sources one or more, ids unique
 * @param sinks one or more, names unique
 * @param http the port for operators, if there is to be one
 */
public record Config(
        PipelineConfig pipeline, List<SourceConfig> sources, List<SinkConfig> sinks, Optional<HttpConfig> http) {
    public Config {
        sources = List.copyOf(sources);
        sinks = List.copyOf(sinks);
    }
}
