package io.ringsight.app.config.edit;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML text and where its values stand in it. Each change gives a new text in which every other character, comments
 * included, is what it was. Whether a change did what was meant is for the caller to look at: YAML has more forms than these.
 */
final class YamlText {
    private final String text;
    private final String newline;
    private final MappingNode root;

    /**
     * @param file for the words of what is wrong
     * @throws ConfigException if it is no YAML mapping
     */
    YamlText(String text, Path file) throws ConfigException {
        this.text = text;
        newline = text.contains("\r\n") ? "\r\n" : "\n";
        YamlErrors errors = new YamlErrors(file);
        Optional<MappingNode> mapping = YamlFile.mapping(text, errors);
        errors.throwIfAny();
        root = mapping.orElseThrow();
    }

    MappingNode root() {
        return root;
    }

    static Optional<NodeTuple> find(MappingNode mapping, String key) {
        return mapping.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode scalar
                        && scalar.getValue().equals(key))
                .findFirst();
    }

    /** With a further entry in the list under {@code key}. */
    String append(MappingNode parent, String key, Map<String, Object> entry) {
        NodeTuple tuple = find(parent, key).orElseThrow();
        SequenceNode list = (SequenceNode) tuple.getValueNode();
        List<Node> entries = list.getValue();
        boolean isFlow = list.getFlowStyle() == FlowStyle.FLOW;
        if (isFlow && entries.isEmpty() && parent.getFlowStyle() != FlowStyle.FLOW) {
            int indent = column(tuple.getKeyNode()) + 2;
            String comment = text.substring(end(list), endOfLine(end(list)));
            return replaced(
                    afterColon(tuple),
                    endOfLine(end(list)),
                    comment + newline + YamlWriting.entry(entry, indent, newline));
        }
        if (isFlow) {
            int at = entries.isEmpty() ? start(list) + 1 : end(entries.get(entries.size() - 1));
            return replaced(at, at, (entries.isEmpty() ? "" : ", ") + YamlWriting.flow(entry));
        }
        int at = endOfEntry(entries.get(entries.size() - 1), column(list));
        return replaced(at, at, newline + YamlWriting.entry(entry, column(list), newline));
    }

    /** Without one entry of the list under {@code key}. */
    String remove(MappingNode parent, String key, int index) {
        NodeTuple tuple = find(parent, key).orElseThrow();
        SequenceNode list = (SequenceNode) tuple.getValueNode();
        if (list.getFlowStyle() == FlowStyle.FLOW) {
            return removeFromFlow(list, list.getValue(), list.getValue(), index);
        }
        int dash = text.lastIndexOf('-', start(list.getValue().get(index)) - 1);
        String rest = withoutLines(dash, endOfEntry(list.getValue().get(index), column(list)));
        int colon = afterColon(tuple);
        return list.getValue().size() > 1 ? rest : rest.substring(0, colon) + " []" + rest.substring(colon);
    }

    /** With another value under a key. */
    String set(MappingNode mapping, String key, Object value) {
        Optional<NodeTuple> there = find(mapping, key);
        boolean isFlow = mapping.getFlowStyle() == FlowStyle.FLOW;
        int indent = column(mapping);
        if (there.isPresent()) {
            String now = isFlow ? " " + YamlWriting.flow(value) : YamlWriting.afterKey(value, indent, newline);
            return replaced(afterColon(there.get()), endOf(there.get()), now);
        }
        List<NodeTuple> all = mapping.getValue();
        if (isFlow) {
            int at = all.isEmpty() ? start(mapping) + 1 : endOf(all.get(all.size() - 1));
            return replaced(
                    at, at, (all.isEmpty() ? "" : ", ") + YamlWriting.text(key) + ": " + YamlWriting.flow(value));
        }
        int at = endOfLine(endOf(all.get(all.size() - 1)));
        return replaced(
                at,
                at,
                newline + " ".repeat(indent) + YamlWriting.text(key) + ":"
                        + YamlWriting.afterKey(value, indent, newline));
    }

    /** Without a key that is there. */
    String unset(MappingNode mapping, String key) {
        NodeTuple tuple = find(mapping, key).orElseThrow();
        int index = mapping.getValue().indexOf(tuple);
        List<Node> keys = mapping.getValue().stream().map(NodeTuple::getKeyNode).toList();
        if (mapping.getFlowStyle() == FlowStyle.FLOW) {
            List<Node> values =
                    mapping.getValue().stream().map(NodeTuple::getValueNode).toList();
            return removeFromFlow(mapping, keys, values, index);
        }
        boolean isBehindDash = text.substring(startOfLine(start(keys.get(index))), start(keys.get(index)))
                .contains("-");
        if (isBehindDash && index + 1 < keys.size()) {
            return replaced(start(keys.get(index)), start(keys.get(index + 1)), "");
        }
        return withoutLines(start(keys.get(index)), endOf(tuple));
    }

    private String removeFromFlow(CollectionNode<?> from, List<Node> starts, List<Node> ends, int index) {
        if (starts.size() == 1) {
            return replaced(start(from) + 1, end(from) - 1, "");
        }
        return index + 1 < starts.size()
                ? replaced(start(starts.get(index)), start(starts.get(index + 1)), "")
                : replaced(end(ends.get(index - 1)), end(ends.get(index)), "");
    }

    private String replaced(int from, int to, String now) {
        return text.substring(0, from) + now + text.substring(to);
    }

    private String withoutLines(int from, int to) {
        int end = endOfLine(to);
        boolean isLast = end == text.length();
        int begin = startOfLine(from);
        return isLast
                ? text.substring(0, Math.max(0, begin - newline.length()))
                : text.substring(0, begin) + text.substring(end + newline.length());
    }

    private int offset(Optional<Mark> mark) {
        return text.offsetByCodePoints(0, mark.orElseThrow().getIndex());
    }

    private int start(Node node) {
        return offset(node.getStartMark());
    }

    private static int column(Node node) {
        return node.getStartMark().orElseThrow().getColumn();
    }

    /** Behind the last character of a value; the parser's own end of a block is where the next thing begins. */
    private int end(Node node) {
        if (node instanceof CollectionNode<?> collection && collection.getFlowStyle() == FlowStyle.FLOW) {
            return offset(node.getEndMark());
        }
        if (node instanceof MappingNode mapping && !mapping.getValue().isEmpty()) {
            return endOf(mapping.getValue().get(mapping.getValue().size() - 1));
        }
        if (node instanceof SequenceNode sequence && !sequence.getValue().isEmpty()) {
            return end(sequence.getValue().get(sequence.getValue().size() - 1));
        }
        int end = offset(node.getEndMark());
        while (end > start(node) && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private int endOf(NodeTuple tuple) {
        return Math.max(afterColon(tuple), end(tuple.getValueNode()));
    }

    private int afterColon(NodeTuple tuple) {
        return text.indexOf(':', offset(tuple.getKeyNode().getEndMark())) + 1;
    }

    private int startOfLine(int at) {
        return text.lastIndexOf('\n', at - 1) + 1;
    }

    /** Before the line's end. */
    private int endOfLine(int at) {
        int end = text.indexOf('\n', at);
        if (end < 0) {
            return text.length();
        }
        return newline.length() == 2 && end > at && text.charAt(end - 1) == '\r' ? end - 1 : end;
    }

    /** The end of an entry's last line. Comments below it that are indented as its keys are belong to it. */
    private int endOfEntry(Node entry, int dashColumn) {
        int end = endOfLine(end(entry));
        int at = end;
        while (at < text.length()) {
            int from = at + newline.length();
            at = from >= text.length() ? text.length() : endOfLine(from);
            String line = text.substring(Math.min(from, at), at);
            String said = line.strip();
            boolean isInside = said.startsWith("#") && line.indexOf('#') > dashColumn;
            if (!said.isEmpty() && !isInside) {
                return end;
            }
            end = isInside ? at : end;
        }
        return end;
    }
}
