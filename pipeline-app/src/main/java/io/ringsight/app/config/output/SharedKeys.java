package io.ringsight.app.config.output;

import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads what sinks of several kinds can say: which messages, how many wait, and where on disk. */
public final class SharedKeys {
    /** The key of what waits on disk. */
    public static final String SPOOL = "spool";

    private static final String MESSAGES = "messages";
    private static final String DEFAULT_SPOOL_DIR = "out/spool";
    private static final int MAX_MESSAGES = 10_000_000;
    private static final long MIN_BYTES = 1 << 16;
    private static final long MAX_BYTES = 64L << 30;
    private static final long MAX_SPOOL_BYTES = 1L << 50;
    private static final long MAX_AGE_SECONDS = 10L * 366 * 86_400;
    private static final long MAX_SYNC_MS = 3_600_000;

    private SharedKeys() {}

    /** Each sink has a directory of its own in {@code dir}, so that two can share the key's default. */
    public static Optional<SpoolSpec> spool(YamlObject sink, String name) {
        Optional<YamlObject> given = sink.object(SPOOL);
        if (given.isEmpty()) {
            return Optional.of(
                    new SpoolSpec(Path.of(DEFAULT_SPOOL_DIR).resolve(name.replaceAll("[^A-Za-z0-9._-]", "-"))));
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
                ? dir.map(path -> new SpoolSpec(
                        path.resolve(name.replaceAll("[^A-Za-z0-9._-]", "-")),
                        maxBytes,
                        Duration.ofSeconds(maxAgeSeconds),
                        syncMs))
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

    /** Which messages; what accounts for frames comes together. */
    public static List<MessageType> messages(YamlObject yaml, List<MessageType> otherwise) {
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

    /** What the queue in memory holds. */
    public static QueueLimits limits(YamlObject yaml) {
        return new QueueLimits(
                yaml.integer("queueMessages", 1, MAX_MESSAGES, QueueLimits.DEFAULT.messages()),
                yaml.longInteger("queueBytes", MIN_BYTES, MAX_BYTES, QueueLimits.DEFAULT.bytes()));
    }

    /** Complains if no file can be made in the directory that {@code path} is in, or the next one above that is there. */
    public static void parentWritable(YamlObject yaml, String key, Path path) {
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

    /** Why, for people. */
    public static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : "the system does not allow it";
    }
}
