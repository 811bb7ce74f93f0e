package io.ringsight.app.config;

import io.ringsight.app.config.yaml.Environment;
import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.jsonl.JsonLinesSpec;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import io.ringsight.sinks.webhook.WebhookSpec;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code sinks}: a list whose entries have one key each, the kind of sink. */
final class SinksReader {
    private static final String PROPERTIES = "properties.";
    private static final int MAX_FILES = 10_000;
    private static final int MAX_MESSAGES = 10_000_000;
    private static final long MIN_BYTES = 1 << 16;
    private static final long MAX_BYTES = 64L << 30;
    private static final long MAX_SPOOL_BYTES = 1L << 50;
    private static final long MAX_AGE_SECONDS = 10L * 366 * 86_400;
    private static final long MAX_SYNC_MS = 3_600_000;
    private static final String SPOOL = "spool";
    private static final String MESSAGES = "messages";
    private static final String DEFAULT_SPOOL_DIR = "out/spool";
    private static final List<String> KINDS = List.of("kafka", "jsonl", "webhook");

    private final YamlErrors errors;
    private final SinkFiles files;
    private final Map<String, Integer> lines = new HashMap<>();

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
        return kafka.map(this::kafka).or(() -> jsonl.map(this::jsonl)).or(() -> webhook.map(this::webhook));
    }

    private SinkConfig kafka(YamlObject yaml) {
        String bootstrapServers = yaml.text("bootstrapServers");
        String topic = yaml.text("topic");
        Map<String, String> properties = yaml.textMap(
                "properties", name -> name.equals(JaasQuoting.PROPERTY) ? new JaasQuoting() : Environment.Quoting.NONE);
        List<MessageType> messages = messages(yaml, List.of(MessageType.values()));
        QueueLimits limits = limits(yaml);
        Optional<SpoolSpec> spool = spool(yaml, topic);
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
        return new SinkConfig.Kafka(spec, messages);
    }

    private SinkConfig webhook(YamlObject yaml) {
        String url = yaml.text("url");
        String secret = yaml.text("secret", "");
        List<MessageType> messages = messages(yaml, List.of(MessageType.VERDICT));
        long timeoutMs = yaml.longInteger(
                "timeoutMs", WebhookSpec.MIN_TIMEOUT_MS, WebhookSpec.MAX_TIMEOUT_MS, WebhookSpec.DEFAULT_TIMEOUT_MS);
        QueueLimits limits = limits(yaml);
        String name = new WebhookSpec(url, secret, timeoutMs, limits, Optional.empty()).name();
        Optional<SpoolSpec> spool = spool(yaml, name.replaceAll("[^A-Za-z0-9._-]", "-"));
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
        return new SinkConfig.Webhook(spec, messages);
    }

    /** The spool is this sink's alone. */
    private void spools(YamlObject yaml, Optional<SpoolSpec> spool) {
        Optional<YamlObject> given = yaml.object(SPOOL);
        spool.ifPresent(spec -> files.spools(given.orElse(yaml), given.isPresent() ? "dir" : SPOOL, spec.dir()));
    }

    /** Each topic has a directory of its own in {@code dir}, so that two sinks can share the key's default. */
    private Optional<SpoolSpec> spool(YamlObject kafka, String topic) {
        Optional<YamlObject> given = kafka.object(SPOOL);
        if (given.isEmpty()) {
            return Optional.of(new SpoolSpec(Path.of(DEFAULT_SPOOL_DIR).resolve(topic)));
        }
        YamlObject yaml = given.get();
        boolean enabled = yaml.flag("enabled", true);
        Optional<Path> dir = dir(yaml, yaml.text("dir", DEFAULT_SPOOL_DIR));
        long maxBytes = yaml.longInteger("maxBytes", SpoolSpec.MIN_BYTES, MAX_SPOOL_BYTES, SpoolSpec.DEFAULT_MAX_BYTES);
        long maxAgeSeconds =
                yaml.longInteger("maxAgeSeconds", 1, MAX_AGE_SECONDS, SpoolSpec.DEFAULT_MAX_AGE.toSeconds());
        long syncMs = yaml.longInteger("syncMs", 0, MAX_SYNC_MS, SpoolSpec.DEFAULT_SYNC_MS);
        yaml.finish();
        return enabled
                ? dir.map(
                        path -> new SpoolSpec(path.resolve(topic), maxBytes, Duration.ofSeconds(maxAgeSeconds), syncMs))
                : Optional.empty();
    }

    private static Optional<Path> dir(YamlObject yaml, String text) {
        try {
            Path dir = Path.of(text);
            if (Files.exists(dir) && !Files.isDirectory(dir)) {
                yaml.mistake("dir", "expected a directory, but " + text + " is a file");
            } else if (yaml.flag("enabled", true)) {
                parentWritable(yaml, "dir", dir.toAbsolutePath().normalize().resolve("x"));
            }
            return Optional.of(dir);
        } catch (InvalidPathException e) {
            yaml.mistake("dir", "expected a path, but " + e.getReason());
            return Optional.empty();
        }
    }

    private SinkConfig jsonl(YamlObject yaml) {
        String path = yaml.text("path");
        long maxBytes = yaml.longInteger("maxBytes", 1, 1L << 50, JsonLinesSpec.DEFAULT_MAX_BYTES);
        int keep = yaml.integer("keep", 0, MAX_FILES, JsonLinesSpec.DEFAULT_KEEP);
        List<MessageType> messages = messages(yaml, List.of(MessageType.values()));
        QueueLimits limits = limits(yaml);
        yaml.finish();
        boolean isFirst = once(yaml, "path", "jsonl:" + path, path);
        if (path.equals(JsonLinesSpec.STANDARD_OUTPUT)) {
            files.writesStandardOutput(yaml, "path");
        } else if (!path.isBlank() && writable(yaml, path) && isFirst) {
            files.writesLines(yaml, "path", Path.of(path), keep);
        }
        return new SinkConfig.Jsonl(new JsonLinesSpec(path, maxBytes, keep, limits), messages);
    }

    /** What accounts for frames comes together. */
    private static List<MessageType> messages(YamlObject yaml, List<MessageType> otherwise) {
        List<String> names =
                Arrays.stream(MessageType.values()).map(MessageType::wireName).toList();
        List<String> said = yaml.texts(MESSAGES);
        if (yaml.isEmptyList(MESSAGES)) {
            yaml.mistake(MESSAGES, "expected at least one of " + String.join(", ", names) + ", got an empty list");
        }
        for (String name : said) {
            if (!names.contains(name)) {
                yaml.mistake(
                        MESSAGES,
                        "expected " + String.join(", ", names) + ", got " + YamlObject.quoted(name)
                                + Suggestion.of(name, names));
            }
        }
        if (said.contains(MessageType.FRAME.wireName()) != said.contains(MessageType.GAP.wireName())) {
            yaml.mistake(
                    MESSAGES,
                    "expected frame and gap together, because only both account for every frame, got one of them");
        }
        List<MessageType> types = Arrays.stream(MessageType.values())
                .filter(type -> said.contains(type.wireName()))
                .toList();
        return types.isEmpty() ? otherwise : types;
    }

    private static QueueLimits limits(YamlObject yaml) {
        return new QueueLimits(
                yaml.integer("queueMessages", 1, MAX_MESSAGES, QueueLimits.DEFAULT.messages()),
                yaml.longInteger("queueBytes", MIN_BYTES, MAX_BYTES, QueueLimits.DEFAULT.bytes()));
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
                parentWritable(yaml, "path", path);
            }
            return true;
        } catch (InvalidPathException e) {
            yaml.mistake("path", "expected a path, but " + e.getReason());
        } catch (IOException e) {
            yaml.mistake("path", "expected a file that can be written, but " + text + " cannot: " + reason(e));
        }
        return false;
    }

    private static void parentWritable(YamlObject yaml, String key, Path path) {
        Path parent = path.getParent();
        while (parent != null && !Files.exists(parent)) {
            parent = parent.getParent();
        }
        if (parent == null || !Files.isDirectory(parent)) {
            yaml.mistake(key, "expected a file in a directory, but " + parent + " is not a directory");
            return;
        }
        try {
            Files.delete(Files.createTempFile(parent, ".ringsight-", ".tmp"));
        } catch (IOException e) {
            yaml.mistake(
                    key,
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
