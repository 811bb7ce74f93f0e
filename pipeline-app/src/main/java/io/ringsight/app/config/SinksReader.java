package io.ringsight.app.config;

import io.ringsight.sinks.JsonLinesSpec;
import io.ringsight.sinks.QueueLimits;
import io.ringsight.sinks.kafka.KafkaSinkSpec;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code sinks}: a list whose entries have one key each, the kind of sink. */
final class SinksReader {
    private static final String PROPERTIES = "properties.";
    private static final int MOST_FILES = 10_000;
    private static final int MOST_MESSAGES = 10_000_000;
    private static final long LEAST_BYTES = 1 << 16;
    private static final long MOST_BYTES = 64L << 30;
    private static final String KINDS = "one key, kafka or jsonl";

    private final YamlErrors errors;
    private final Map<String, Integer> lines = new HashMap<>();

    SinksReader(YamlErrors errors) {
        this.errors = errors;
    }

    List<SinkConfig> read(YamlObject root) {
        List<YamlObject> list = root.objects("sinks");
        if (!root.has("sinks")) {
            root.mistake("sinks", "expected a list of at least one sink, but the key is missing");
        } else if (root.isEmptyList("sinks")) {
            root.mistake("sinks", "expected a list of at least one sink, came an empty one");
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
        List<String> kinds = entry.keys();
        if (kinds.size() != 1) {
            String at = kinds.isEmpty() ? "kafka" : kinds.get(0);
            errors.add(
                    entry.lineOf(at),
                    entry.path(),
                    "expected " + KINDS + ", came " + (kinds.isEmpty() ? "none" : String.join(", ", kinds)));
            return Optional.empty();
        }
        entry.finish();
        for (String kind : List.of("kafka", "jsonl")) {
            if (kinds.contains(kind) && !entry.has(kind)) {
                entry.mistake(kind, "expected keys and values, came nothing");
            }
        }
        return kafka.isPresent() ? kafka.map(this::kafka) : jsonl.map(this::jsonl);
    }

    private SinkConfig kafka(YamlObject yaml) {
        String bootstrapServers = yaml.text("bootstrapServers");
        String topic = yaml.text("topic");
        Map<String, String> properties = yaml.textMap("properties");
        QueueLimits limits = limits(yaml);
        yaml.finish();
        KafkaSinkSpec spec = new KafkaSinkSpec(bootstrapServers, topic, properties, limits);
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
        once(yaml, "topic", "kafka:" + topic, topic);
        return new SinkConfig.Kafka(spec);
    }

    private SinkConfig jsonl(YamlObject yaml) {
        String path = yaml.text("path");
        long maxBytes = yaml.longInteger("maxBytes", 1, 1L << 50, JsonLinesSpec.DEFAULT_MAX_BYTES);
        int keep = yaml.integer("keep", 0, MOST_FILES, JsonLinesSpec.DEFAULT_KEEP);
        QueueLimits limits = limits(yaml);
        yaml.finish();
        if (!path.isBlank() && !path.equals(JsonLinesSpec.STANDARD_OUTPUT)) {
            writable(yaml, path);
        }
        once(yaml, "path", "jsonl:" + path, path);
        return new SinkConfig.Jsonl(new JsonLinesSpec(path, maxBytes, keep, limits));
    }

    private static QueueLimits limits(YamlObject yaml) {
        return new QueueLimits(
                yaml.integer("queueMessages", 1, MOST_MESSAGES, QueueLimits.DEFAULT.messages()),
                yaml.longInteger("queueBytes", LEAST_BYTES, MOST_BYTES, QueueLimits.DEFAULT.bytes()));
    }

    private void once(YamlObject yaml, String key, String name, String value) {
        Integer first = value.isBlank() ? null : lines.putIfAbsent(name, yaml.lineOf(key));
        if (first != null) {
            yaml.mistake(
                    key,
                    "expected each sink once, came " + YamlObject.quoted(value) + " again (first on line " + first
                            + ")");
        }
    }

    /** Tries, leaving nothing behind, whether the file can be made or written on. */
    private static void writable(YamlObject yaml, String text) {
        try {
            Path path = Path.of(text).toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                yaml.mistake("path", "expected a file, but " + text + " is a directory");
            } else if (Files.exists(path)) {
                Files.newOutputStream(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
                        .close();
            } else {
                parentWritable(yaml, path);
            }
        } catch (InvalidPathException e) {
            yaml.mistake("path", "expected a path, but " + e.getReason());
        } catch (IOException e) {
            yaml.mistake("path", "expected a file that can be written, but " + text + " cannot: " + reason(e));
        }
    }

    private static void parentWritable(YamlObject yaml, Path path) {
        Path parent = path.getParent();
        while (parent != null && !Files.exists(parent)) {
            parent = parent.getParent();
        }
        if (parent == null || !Files.isDirectory(parent)) {
            yaml.mistake("path", "expected a file in a directory, but " + parent + " is not a directory");
            return;
        }
        try {
            Files.delete(Files.createTempFile(parent, ".ringsight-", ".tmp"));
        } catch (IOException e) {
            yaml.mistake(
                    "path",
                    "expected a directory that can be written, but nothing can be made in " + parent + ": "
                            + reason(e));
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : "the system does not allow it";
    }
}
