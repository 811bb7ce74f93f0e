package io.ringsight.app.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** {@code conf/pipeline.yaml}: its keys by their paths ({@code sources[].maxFps}), and the comment above each. */
final class ReferenceFile {
    private static final Path FILE = Path.of(System.getProperty("ringsight.root"), "conf/pipeline.yaml");

    private final Map<String, List<ScalarNode>> values = new LinkedHashMap<>();
    private final Map<String, String> sentences = new LinkedHashMap<>();
    private final Map<String, String> sentenceOfName = new LinkedHashMap<>();
    private final List<String> lines = switchedOn().lines().toList();

    ReferenceFile() {
        new Compose(LoadSettings.builder().build()).composeString(switchedOn()).ifPresent(root -> visit(root, ""));
    }

    /** As it is. */
    static String text() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the lines that begin with "#" and two spaces taken in. */
    static String switchedOn() {
        return text().replaceAll("(?m)^#(?=  )", "");
    }

    /** What stands there under each key, once for each time. */
    Map<String, List<ScalarNode>> values() {
        return values;
    }

    /** The comment above a key the first time it has one; without, that of the first key of the same name. */
    Map<String, String> sentences() {
        return sentences;
    }

    private void visit(Node node, String path) {
        if (node instanceof SequenceNode list) {
            list.getValue().forEach(each -> visit(each, path + "[]"));
        } else if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                String name = ((ScalarNode) tuple.getKeyNode()).getValue();
                String key = path.equals("models") ? "models.*" : path.isEmpty() ? name : path + "." + name;
                note(key, name, tuple);
                visit(tuple.getValueNode(), key);
            }
        }
    }

    private void note(String key, String name, NodeTuple tuple) {
        List<ScalarNode> found = values.computeIfAbsent(key, any -> new ArrayList<>());
        if (tuple.getValueNode() instanceof ScalarNode value) {
            found.add(value);
        }
        String comment =
                commentAbove(tuple.getKeyNode().getStartMark().orElseThrow().getLine());
        if (!comment.isEmpty()) {
            sentences.putIfAbsent(key, comment);
            sentenceOfName.putIfAbsent(name, comment);
        } else if (sentenceOfName.containsKey(name)) {
            sentences.putIfAbsent(key, sentenceOfName.get(name));
        }
    }

    private String commentAbove(int line) {
        List<String> comment = new ArrayList<>();
        for (int at = line - 1; at >= 0 && lines.get(at).matches(" *# .*"); at--) {
            comment.add(0, lines.get(at).replaceFirst(" *# ", ""));
        }
        return String.join(" ", comment);
    }
}
