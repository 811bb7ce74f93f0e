package io.ringsight.app.config.yaml;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Opens a YAML file whose top level is a mapping. Values stay nodes with their lines, so that every later complaint can
 * name one. Hostile files (too large, too deep, alias bombs, binary) end as one mistake.
 */
public final class YamlFile {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 50;
    /** Values with every alias followed: no bomb of aliases in aliases is any larger than this. */
    private static final int MAX_VALUES = 50_000;

    private YamlFile() {}

    /**
     * Reads the file's top-level mapping.
     *
     * @param environment what <code>${NAME}</code> in values is taken from
     * @return nothing if the file is unusable; the errors say why
     */
    public static Optional<YamlObject> read(YamlErrors errors, Map<String, String> environment) {
        Optional<String> text = text(errors);
        return text.isEmpty() ? Optional.empty() : parse(text.get(), errors, environment);
    }

    /** As {@link #read}, from text at hand. */
    public static Optional<YamlObject> parse(String text, YamlErrors errors, Map<String, String> environment) {
        return mapping(text, errors).map(mapping -> new YamlObject(mapping, errors, environment));
    }

    /** The top-level mapping of a text with the places of its values; nothing if it is unusable, and the errors say why. */
    public static Optional<MappingNode> mapping(String text, YamlErrors errors) {
        Optional<Node> root = compose(text, errors);
        if (root.isEmpty()) {
            if (errors.isEmpty()) {
                errors.add(1, "yaml", "expected keys and values, got an empty file");
            }
            return Optional.empty();
        }
        if (!(root.get() instanceof MappingNode mapping)) {
            errors.add(
                    YamlObject.line(root.get()),
                    "yaml",
                    "expected keys and values at the top level, got " + YamlObject.kind(root.get()));
            return Optional.empty();
        }
        return Optional.of(mapping);
    }

    /** The file's text; nothing if it cannot be had, and the errors say why. */
    public static Optional<String> text(YamlErrors errors) {
        Path file = errors.file();
        try {
            if (Files.isDirectory(file)) {
                errors.add(1, "yaml", "expected a YAML file, got a directory");
            } else if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
                errors.add(1, "yaml", "expected at most " + MAX_BYTES + " bytes, got " + Files.size(file));
            } else {
                return Optional.of(Files.readString(file));
            }
        } catch (NoSuchFileException e) {
            errors.add(1, "yaml", "expected a YAML file, but there is no such file");
        } catch (CharacterCodingException e) {
            errors.add(1, "yaml", "expected text in UTF-8, got other bytes");
        } catch (IOException | SecurityException e) {
            errors.add(1, "yaml", "expected a readable file, but it cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    private static Optional<Node> compose(String text, YamlErrors errors) {
        LoadSettings settings = LoadSettings.builder()
                .setMaxAliasesForCollections(Integer.MAX_VALUE)
                .setAllowNonScalarKeys(true)
                .setLabel("file")
                .build();
        try {
            int depth = depth(settings, text);
            if (depth > MAX_DEPTH) {
                errors.add(1, "yaml", "expected at most " + MAX_DEPTH + " levels of nesting, got " + depth);
                return Optional.empty();
            }
            Optional<Node> root = new Compose(settings).composeString(text);
            return root.isEmpty() || isSmall(root.get(), errors) ? root : Optional.empty();
        } catch (MarkedYamlEngineException e) {
            int line =
                    e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(0) + 1;
            errors.add(line, "yaml", "expected YAML, but " + problem(e) + advice(e, text, line));
        } catch (YamlEngineException e) {
            errors.add(1, "yaml", "expected YAML, but " + firstLine(e.getMessage()));
        }
        return Optional.empty();
    }

    private static String problem(MarkedYamlEngineException e) {
        String context = e.getContext();
        String problem = e.getProblem() == null ? "it is malformed" : firstLine(e.getProblem());
        return context == null || context.isBlank() ? problem : problem + " " + firstLine(context);
    }

    private static String advice(MarkedYamlEngineException e, String text, int line) {
        if (String.valueOf(e.getProblem()).contains("(TAB)")) {
            return " (indent with spaces, not tabs)";
        }
        boolean variable = text.lines().skip(line - 1L).findFirst().orElse("").contains("${");
        return variable ? " (between { } and [ ] write \"${NAME}\" in quotes)" : "";
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("it is malformed");
    }

    /** Aliases may share settings among many sources; those that make the file explode are refused. */
    private static boolean isSmall(Node root, YamlErrors errors) {
        AliasSize size = new AliasSize(MAX_DEPTH, MAX_VALUES);
        Optional<String> problem = size.problem(root);
        problem.ifPresent(sentence -> errors.add(1, "yaml", sentence));
        return problem.isEmpty();
    }

    /** How deep collections lie in each other; the parser itself does not recurse, the composer does. */
    private static int depth(LoadSettings settings, String text) {
        int depth = 0;
        int deepest = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent) {
                deepest = Math.max(deepest, ++depth);
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return deepest;
    }
}
