package io.ringsight.app.config.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The keys of one YAML mapping: which are there and where they stand, which were taken in from elsewhere, and which were
 * asked for. The merge key {@code <<} takes in keys of other mappings that the mapping does not say itself. Mistakes go to
 * the {@link YamlErrors}.
 */
final class YamlKeys {
    private static final String MERGE = "<<";

    private final String path;
    private final YamlErrors errors;
    /** Where the mapping begins. */
    private final int line;

    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> keyLines = new LinkedHashMap<>();
    private final Map<String, String> defaultPaths = new LinkedHashMap<>();
    private final List<String> known = new ArrayList<>();

    YamlKeys(MappingNode node, String path, YamlErrors errors) {
        this.path = path;
        this.errors = errors;
        line = YamlObject.line(node);
        node.getValue().stream().filter(tuple -> !isMerge(tuple)).forEach(this::index);
        node.getValue().stream().filter(YamlKeys::isMerge).forEach(this::merge);
    }

    private static boolean isMerge(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode key
                && key.isPlain()
                && key.getValue().equals(MERGE);
    }

    private void merge(NodeTuple tuple) {
        Node value = tuple.getValueNode();
        List<Node> all = value instanceof SequenceNode list ? list.getValue() : List.of(value);
        for (Node each : all) {
            if (each instanceof MappingNode mapping) {
                addMissing(new YamlKeys(mapping, path, errors));
            } else {
                errors.add(
                        YamlObject.line(each),
                        pathOf(MERGE),
                        "expected keys and values to take in, got " + YamlObject.kind(each));
            }
        }
    }

    private void addMissing(YamlKeys other) {
        other.values.forEach((key, value) -> {
            if (!values.containsKey(key)) {
                values.put(key, value);
                keyLines.put(key, other.keyLines.get(key));
            }
        });
    }

    private void index(NodeTuple tuple) {
        int keyLine = YamlObject.line(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            errors.add(
                    keyLine,
                    path.isEmpty() ? "yaml" : path,
                    "expected a name as key, got " + YamlObject.kind(tuple.getKeyNode()));
            return;
        }
        Integer first = keyLines.putIfAbsent(key.getValue(), keyLine);
        if (first != null) {
            errors.add(
                    keyLine,
                    pathOf(key.getValue()),
                    "expected each key once, got it again (first on line " + first + ")");
            return;
        }
        values.put(key.getValue(), tuple.getValueNode());
    }

    /** Takes in the keys of {@code defaults} that are not here; their paths stay what they are there. */
    void addDefaults(YamlKeys defaults) {
        defaults.values.keySet().stream()
                .filter(key -> !values.containsKey(key))
                .forEach(key -> defaultPaths.put(key, defaults.pathOf(key)));
        addMissing(defaults);
    }

    /** Whether a key's value is a default taken in from elsewhere. */
    boolean isDefault(String key) {
        return defaultPaths.containsKey(key);
    }

    /** Forgets a default. */
    void dropDefault(String key) {
        if (defaultPaths.remove(key) != null) {
            values.remove(key);
            keyLines.remove(key);
        }
    }

    /** The keys that are there, in the file's order. */
    List<String> all() {
        return List.copyOf(values.keySet());
    }

    /** Whether the key is there, with a value or without. */
    boolean holds(String key) {
        return values.containsKey(key);
    }

    /** The key's value, or null if the key is not there. */
    Node value(String key) {
        return values.get(key);
    }

    /** The path of the mapping from the top; empty for the top itself. */
    String path() {
        return path;
    }

    /** The key's path from the top, as in messages. */
    String pathOf(String key) {
        String ofDefault = defaultPaths.get(key);
        if (ofDefault != null) {
            return ofDefault;
        }
        return path.isEmpty() ? key : path + "." + key;
    }

    /** The path of the key with this value, or of the mapping if none has. */
    String pathOf(Node value) {
        return values.entrySet().stream()
                .filter(entry -> entry.getValue() == value)
                .findFirst()
                .map(entry -> pathOf(entry.getKey()))
                .orElse(path);
    }

    /** The line of the key's value, or where the mapping begins if the key is not there. */
    int lineOf(String key) {
        Node value = values.get(key);
        return value == null ? keyLines.getOrDefault(key, line) : YamlObject.line(value);
    }

    /** Somebody knows this key. */
    void asked(String key) {
        if (!known.contains(key)) {
            known.add(key);
        }
    }

    /** Complains of each key nobody asked for, unless it begins with {@code free} and that is not empty. */
    void complainOfUnknown(String free) {
        for (String key : values.keySet()) {
            boolean isFree = !free.isEmpty() && key.startsWith(free);
            if (!known.contains(key) && !isFree) {
                errors.add(
                        keyLines.get(key),
                        pathOf(key),
                        "expected one of the keys " + String.join(", ", known) + ", got " + YamlObject.quoted(key)
                                + Suggestion.of(key, known));
            }
        }
    }
}
