package io.ringsight.app.config.yaml;

import io.ringsight.sources.spec.Redaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects all mistakes of one file, so that a user sees them at once. Credentials in addresses are blanked out. Owned
 * by one thread.
 */
public final class YamlErrors {
    private static final int MAX_SHOWN = 100;

    private record Mistake(int line, String text) {}

    private final Path file;
    private final List<Mistake> mistakes = new ArrayList<>();

    /** For a file by the name the user gave it. */
    public YamlErrors(Path file) {
        this.file = file;
    }

    /** The file the mistakes are in. */
    public Path file() {
        return file;
    }

    /**
     * Adds a mistake.
     *
     * @param line from 1
     * @param key the key's path, such as {@code sources[0].uri}, or {@code yaml} for the file as a whole
     * @param sentence what was expected and what it got
     */
    public void add(int line, String key, String sentence) {
        String text = Redaction.text(sentence).replaceAll("\\s*\\R\\s*", " ");
        mistakes.add(new Mistake(line, file + ":" + line + ": " + key + ": " + text));
    }

    public boolean isEmpty() {
        return mistakes.isEmpty();
    }

    /** All mistakes, one line each, by line. */
    public List<String> lines() {
        List<String> lines = mistakes.stream()
                .sorted(Comparator.comparingInt(Mistake::line))
                .map(Mistake::text)
                .distinct()
                .toList();
        if (lines.size() <= MAX_SHOWN) {
            return lines;
        }
        List<String> shown = new ArrayList<>(lines.subList(0, MAX_SHOWN));
        shown.add(file + ": and " + (lines.size() - MAX_SHOWN) + " more mistakes");
        return shown;
    }

    /** Throws if there is a mistake. */
    public void throwIfAny() throws ConfigException {
        if (!isEmpty()) {
            throw new ConfigException(lines());
        }
    }
}
