package io.ringsight.app.config;

import io.ringsight.app.config.output.JaasQuoting;
import io.ringsight.app.config.output.ModbusReader;
import io.ringsight.app.config.output.MqttReader;
import io.ringsight.app.config.output.SharedKeys;
import io.ringsight.app.config.yaml.Environment;
import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.jsonl.JsonLinesSpec;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.modbus.ModbusSpec;
import io.ringsight.sinks.mqtt.MqttSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import io.ringsight.sinks.webhook.WebhookSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code sinks}: a list whose entries have one key each, the kind of sink. */
final class SinksReader {
    private static final String PROPERTIES = "properties.";
    private static final int MAX_FILES = 10_000;
    private static final List<String> KINDS = List.of("kafka", "jsonl", "webhook", "mqtt", "modbus");

    private final YamlErrors errors;
    private final SinkFiles files;
    private final Map<String, Integer> lines = new HashMap<>();
    /** Whose parts each controller is about. */
    private final Map<YamlObject, SourceId> controllers = new LinkedHashMap<>();

    /** @param files is told of every file that sinks may write */
    SinksReader(YamlErrors errors, SinkFiles files) {
        this.errors = errors;
        this.files = files;
    }

    List<SinkConfig> read(YamlObject root) {
        List<YamlObject> list = root.objects("sinks");
        if (!root.has("sinks")) {
            root.mistake("sinks", "expected a list of at least one sink, but the key is missing");
        } else if (root.isEmptyList("sinks")) {
            root.mistake("sinks", "expected a list of at least one sink, got an empty one");
        }
        List<SinkConfig> sinks = new ArrayList<>();
        for (YamlObject entry : list) {
            sink(entry).ifPresent(sinks::add);
        }
        return sinks;
    }

    private Optional<SinkConfig> sink(YamlObject entry) {
        Optional<YamlObject> kafka = entry.object("kafka");
        Optional<YamlObject> jsonl = entry.object("jsonl");
        Optional<YamlObject> webhook = entry.object("webhook");
        Optional<YamlObject> mqtt = entry.object("mqtt");
        Optional<YamlObject> modbus = entry.object("modbus");
        List<String> kinds = entry.keys();
        if (kinds.size() != 1) {
            String at = kinds.isEmpty() ? "kafka" : kinds.get(0);
            errors.add(
                    entry.lineOf(at),
                    entry.path(),
                    "expected one key, " + String.join(", ", KINDS) + ", got "
                            + (kinds.isEmpty() ? "none" : String.join(", ", kinds)));
            return Optional.empty();
        }
        entry.finish();
        for (String kind : KINDS) {
            if (kinds.contains(kind) && !entry.has(kind)) {
                entry.mistake(kind, "expected keys and values, got nothing");
            }
        }
        return kafka.map(this::kafka)
                .or(() -> jsonl.map(this::jsonl))
                .or(() -> webhook.map(this::webhook))
                .or(() -> mqtt.map(this::mqtt))
                .or(() -> modbus.flatMap(this::modbus));
    }

    private SinkConfig kafka(YamlObject yaml) {
        String bootstrapServers = yaml.text("bootstrapServers");
        String topic = yaml.text("topic");
        Map<String, String> properties = yaml.textMap(
                "properties", name -> name.equals(JaasQuoting.PROPERTY) ? new JaasQuoting() : Environment.Quoting.NONE);
        List<MessageType> messages = SharedKeys.messages(yaml, List.of(MessageType.values()));
        QueueLimits limits = SharedKeys.limits(yaml);
        Optional<SpoolSpec> spool = SharedKeys.spool(yaml, topic);
        yaml.finish();
        KafkaSinkSpec spec = new KafkaSinkSpec(bootstrapServers, topic, properties, limits, spool);
        spec.problems().forEach((key, sentence) -> {
            if (!key.startsWith(PROPERTIES)) {
                if (!yaml.text(key, "").isBlank()) {
                    yaml.mistake(key, sentence);
                }
            } else {
                String property = key.substring(PROPERTIES.length());
                yaml.object("properties").ifPresent(object -> object.mistake(property, sentence));
            }
        });
        if (once(yaml, "topic", "kafka:" + topic, topic)) {
            spools(yaml, spool);
        }
        return new SinkConfig(spec, messages);
    }

    private SinkConfig webhook(YamlObject yaml) {
        String url = yaml.text("url");
        String secret = yaml.text("secret", "");
        List<MessageType> messages = SharedKeys.messages(yaml, List.of(MessageType.VERDICT));
        long timeoutMs = yaml.longInteger(
                "timeoutMs", WebhookSpec.MIN_TIMEOUT_MS, WebhookSpec.MAX_TIMEOUT_MS, WebhookSpec.DEFAULT_TIMEOUT_MS);
        QueueLimits limits = SharedKeys.limits(yaml);
        String name = new WebhookSpec(url, secret, timeoutMs, limits, Optional.empty()).name();
        Optional<SpoolSpec> spool = SharedKeys.spool(yaml, name);
        yaml.finish();
        WebhookSpec spec = new WebhookSpec(url, secret, timeoutMs, limits, spool);
        spec.problems().forEach((key, sentence) -> {
            if (!yaml.text(key, "").isBlank()) {
                yaml.mistake(key, sentence);
            }
        });
        if (once(yaml, "url", name, url.isBlank() ? "" : name)) {
            spools(yaml, spool);
        }
        return new SinkConfig(spec, messages);
    }

    private SinkConfig mqtt(YamlObject yaml) {
        List<MessageType> messages = SharedKeys.messages(yaml, List.of(MessageType.VERDICT));
        MqttSpec spec = MqttReader.sink(yaml);
        if (once(yaml, "topic", spec.name(), spec.topic())) {
            spools(yaml, spec.spool());
        }
        files.reads(spec.broker().caFile().orElse(null), "the authorities of " + spec.name());
        return new SinkConfig(spec, messages);
    }

    private Optional<SinkConfig> modbus(YamlObject yaml) {
        Optional<ModbusSpec> spec = ModbusReader.sink(yaml);
        spec.ifPresent(read -> {
            if (once(
                    yaml,
                    "statusAddress",
                    read.name(),
                    Integer.toString(read.blocks().status()))) {
                spools(yaml, read.spool());
            }
            controllers.put(yaml, read.source());
        });
        return spec.map(read -> new SinkConfig(read, List.of(MessageType.VERDICT)));
    }

    /**
     * Complains of controllers whose source nobody judges, and of sources that wait for a controller.
     *
     * @param sources all, and where each stands
     */
    void check(List<SourceConfig> sources, Map<SourceId, YamlObject> places) {
        controllers.forEach((yaml, id) -> {
            Optional<SourceConfig> source =
                    sources.stream().filter(one -> one.id().equals(id)).findFirst();
            if (places.containsKey(id)
                    && source.filter(one -> one.analysis().parts().isEmpty()).isPresent()) {
                yaml.mistake(
                        "source",
                        "expected a source with parts, got " + YamlObject.quoted(id.value())
                                + ", which has none: there are no verdicts");
            } else if (!places.containsKey(id)) {
                List<String> ids = places.keySet().stream().map(SourceId::value).toList();
                yaml.mistake(
                        "source",
                        "expected one of the sources " + String.join(", ", ids) + ", got "
                                + YamlObject.quoted(id.value()) + Suggestion.of(id.value(), ids));
            }
        });
        for (SourceConfig source : sources) {
            boolean waits = source.analysis()
                    .parts()
                    .filter(parts -> parts.trigger().kind() == PartTrigger.Kind.MODBUS)
                    .isPresent();
            long announcing =
                    controllers.values().stream().filter(source.id()::equals).count();
            if (waits && announcing != 1) {
                places.get(source.id())
                        .mistake(
                                "parts",
                                "trigger: modbus needs one sink modbus: {source: " + source.id()
                                        + "}, which has the trigger; got " + announcing);
            }
        }
    }

    /** The spool is this sink's alone. */
    private void spools(YamlObject yaml, Optional<SpoolSpec> spool) {
        Optional<YamlObject> given = yaml.object(SharedKeys.SPOOL);
        spool.ifPresent(
                spec -> files.spools(given.orElse(yaml), given.isPresent() ? "dir" : SharedKeys.SPOOL, spec.dir()));
    }

    private SinkConfig jsonl(YamlObject yaml) {
        String path = yaml.text("path");
        long maxBytes = yaml.longInteger("maxBytes", 1, 1L << 50, JsonLinesSpec.DEFAULT_MAX_BYTES);
        int keep = yaml.integer("keep", 0, MAX_FILES, JsonLinesSpec.DEFAULT_KEEP);
        List<MessageType> messages = SharedKeys.messages(yaml, List.of(MessageType.values()));
        QueueLimits limits = SharedKeys.limits(yaml);
        yaml.finish();
        boolean isFirst = once(yaml, "path", "jsonl:" + path, path);
        if (path.equals(JsonLinesSpec.STANDARD_OUTPUT)) {
            files.writesStandardOutput(yaml, "path");
        } else if (!path.isBlank() && writable(yaml, path) && isFirst) {
            files.writesLines(yaml, "path", Path.of(path), keep);
        }
        return new SinkConfig(new JsonLinesSpec(path, maxBytes, keep, limits), messages);
    }

    private boolean once(YamlObject yaml, String key, String name, String value) {
        Integer first = value.isBlank() ? null : lines.putIfAbsent(name, yaml.lineOf(key));
        if (first != null) {
            yaml.mistake(
                    key,
                    "expected each sink once, got " + YamlObject.quoted(value) + " again (first on line " + first
                            + ")");
        }
        return first == null;
    }

    /** Tries, leaving nothing behind, whether the file can be made or written on. */
    private static boolean writable(YamlObject yaml, String text) {
        try {
            Path path = Path.of(text).toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                yaml.mistake("path", "expected a file, but " + text + " is a directory");
                return false;
            } else if (Files.exists(path)) {
                Files.newOutputStream(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
                        .close();
            } else {
                SharedKeys.parentWritable(yaml, "path", path);
            }
            return true;
        } catch (InvalidPathException e) {
            yaml.mistake("path", "expected a path, but " + e.getReason());
        } catch (IOException e) {
            yaml.mistake(
                    "path", "expected a file that can be written, but " + text + " cannot: " + SharedKeys.reason(e));
        }
        return false;
    }
}
