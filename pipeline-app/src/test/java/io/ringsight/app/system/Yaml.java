package io.ringsight.app.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A configuration of the daemon, put together for one test. */
final class Yaml {
    private String pipeline = "";
    private final List<String> sources = new ArrayList<>();
    private final List<String> sinks = new ArrayList<>();
    private String http = "";

    /** Further keys of {@code pipeline}, e.g. {@code "threshold: 0.1"}. */
    Yaml pipeline(String keys) {
        pipeline = ", " + keys;
        return this;
    }

    /** A source; {@code keys} may be empty. */
    Yaml source(String id, String uri, String keys) {
        sources.add("  - {id: " + id + ", uri: \"" + uri + "\"" + (keys.isEmpty() ? "" : ", " + keys) + "}");
        return this;
    }

    /** A JSON lines sink. */
    Yaml jsonl(Path path) {
        sinks.add("  - jsonl: {path: \"" + path + "\"}");
        return this;
    }

    /** A Kafka sink; {@code keys} may be empty. */
    Yaml kafka(String bootstrapServers, String topic, String keys) {
        sinks.add("  - kafka: {bootstrapServers: \"" + bootstrapServers + "\", topic: " + topic
                + (keys.isEmpty() ? "" : ", " + keys) + "}");
        return this;
    }

    /** The pages of health and metrics. */
    Yaml http(int port) {
        http = "http: {bind: 127.0.0.1, port: " + port + "}\n";
        return this;
    }

    /** The text, with the model that is in the repository. */
    String text() {
        return "pipeline: {model: " + Rig.MODEL + pipeline + "}\nsources:\n" + String.join("\n", sources) + "\nsinks:\n"
                + String.join("\n", sinks) + "\n" + http;
    }
}
