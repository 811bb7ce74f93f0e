package io.ringsight.app.config.edit;

import io.ringsight.app.config.edit.EditException.Kind;
import io.ringsight.app.config.yaml.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Changes a source in the text of a configuration and leaves all else as it is written. After each change the whole text is
 * read again and compared: what would have changed anything but the source is refused.
 */
final class SourceEdits {
    private static final String SOURCES = "sources";
    private static final String NAME = "name";
    /** No edit has as many differences: each is made by itself. */
    private static final int MAX_STEPS = 2_000;

    private final Path file;

    SourceEdits(Path file) {
        this.file = file;
    }

    /**
     * The text with the change made.
     *
     * @throws EditException if the source is not there, or there already, or written so that it cannot be changed alone
     */
    String apply(String text, SourceEdit edit) throws EditException, ConfigException {
        YamlText before = new YamlText(text, file);
        int index = indexOf(before, edit.id());
        if (index < 0 != (edit.kind() == SourceEdit.Kind.ADD)) {
            throw index < 0
                    ? new EditException(Kind.NOT_FOUND, "the configuration has no source " + edit.id())
                    : EditException.conflict("there is a source " + edit.id() + " already");
        }
        String after;
        try {
            after = switch (edit.kind()) {
                case ADD -> added(before, edit);
                case CHANGE -> changed(text, edit);
                case REMOVE -> removed(before, index);
            };
            check(before, new YamlText(after, file), edit);
        } catch (ConfigException | RuntimeException e) {
            throw unusual(edit.id(), e);
        }
        return after;
    }

    private EditException unusual(String id, Exception cause) {
        EditException refused = EditException.conflict("source " + id + " is written in " + file
                + " in a way that cannot be changed from here without changing more; change it there and reload");
        refused.initCause(cause);
        return refused;
    }

    private static String added(YamlText text, SourceEdit edit) {
        return text.append(text.root(), SOURCES, edit.keys());
    }

    private static String removed(YamlText text, int index) {
        return text.remove(text.root(), SOURCES, index);
    }

    private String changed(String text, SourceEdit edit) throws ConfigException {
        String now = text;
        for (int step = 0; step < MAX_STEPS; step++) {
            YamlText read = new YamlText(now, file);
            Optional<String> next = patch(read, source(read, edit.id()), edit.keys());
            if (next.isEmpty()) {
                return now;
            }
            now = next.get();
        }
        throw new IllegalStateException("no end after " + MAX_STEPS + " steps");
    }

    /** With the first of the keys that are not as wanted made so. */
    private static Optional<String> patch(YamlText text, MappingNode mapping, Map<String, Object> wanted) {
        for (Map.Entry<String, Object> key : wanted.entrySet()) {
            Optional<NodeTuple> there = YamlText.find(mapping, key.getKey());
            Optional<String> next = key.getValue() == null
                    ? there.map(tuple -> text.unset(mapping, key.getKey()))
                    : value(text, mapping, key.getKey(), key.getValue());
            if (next.isPresent()) {
                return next;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> value(YamlText text, MappingNode mapping, String key, Object wanted) {
        Optional<Node> there = YamlText.find(mapping, key).map(NodeTuple::getValueNode);
        there.ifPresent(SourceEdits::refuseShared);
        if (there.isPresent() && there.get() instanceof MappingNode inner && wanted instanceof Map<?, ?> map) {
            return patch(text, inner, keys(map));
        }
        if (there.isPresent() && isSame(there.get(), wanted)) {
            return Optional.empty();
        }
        Optional<String> one =
                there.isPresent() && there.get() instanceof SequenceNode list && wanted instanceof List<?> all
                        ? named(text, mapping, key, list, all)
                        : Optional.empty();
        return one.or(() -> Optional.of(text.set(mapping, key, wanted)));
    }

    /** A value that stands elsewhere, too, must not change there. */
    private static void refuseShared(Node node) {
        if (node.getAnchor().isPresent()) {
            throw new IllegalStateException("a value with an anchor");
        }
    }

    /** Makes lists of things with names alike one by one, where their order allows it; nothing where it does not. */
    private static Optional<String> named(
            YamlText text, MappingNode mapping, String key, SequenceNode list, List<?> wanted) {
        List<String> there =
                names(list.getValue().stream().map(SourceEdits::plain).toList());
        List<String> names = names(wanted);
        List<String> stay = names.stream().filter(there::contains).toList();
        boolean inOrder = stay.equals(there.stream().filter(names::contains).toList())
                && stay.equals(names.subList(0, stay.size()));
        if (!inOrder || stay.isEmpty()) {
            return Optional.empty();
        }
        for (int i = 0; i < there.size(); i++) {
            if (!names.contains(there.get(i))) {
                return Optional.of(text.remove(mapping, key, i));
            }
            MappingNode entry = (MappingNode) list.getValue().get(i);
            refuseShared(entry);
            Optional<String> next =
                    patch(text, entry, whole(entry, (Map<?, ?>) wanted.get(names.indexOf(there.get(i)))));
            if (next.isPresent()) {
                return next;
            }
        }
        return stay.size() == names.size()
                ? Optional.empty()
                : Optional.of(text.append(mapping, key, keys((Map<?, ?>) wanted.get(stay.size()))));
    }

    /** What makes an entry all that is wanted and no more. */
    private static Map<String, Object> whole(MappingNode entry, Map<?, ?> wanted) {
        Map<String, Object> patch = new LinkedHashMap<>();
        ((Map<?, ?>) plain(entry)).keySet().forEach(key -> patch.put(key.toString(), null));
        patch.putAll(keys(wanted));
        return patch;
    }

    /** The names of all entries; none if one has none, or two have the same. */
    private static List<String> names(List<?> entries) {
        List<String> names = new ArrayList<>();
        for (Object entry : entries) {
            Object name = entry instanceof Map<?, ?> map ? map.get(NAME) : null;
            if (name == null || names.contains(name.toString())) {
                return List.of();
            }
            names.add(name.toString());
        }
        return names;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> keys(Map<?, ?> map) {
        return (Map<String, Object>) map;
    }

    private static boolean isSame(Node node, Object wanted) {
        return Objects.equals(plain(node), written(wanted));
    }

    /** A value as it is read once it is written. */
    private static Object written(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> all = new LinkedHashMap<>();
            map.forEach((key, each) -> all.put(key.toString(), written(each)));
            return all;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(SourceEdits::written).toList();
        }
        return value instanceof String text ? YamlWriting.literal(text) : String.valueOf(value);
    }

    /** A node as maps, lists and texts. */
    private static Object plain(Node node) {
        if (node instanceof MappingNode mapping) {
            Map<String, Object> all = new LinkedHashMap<>();
            mapping.getValue()
                    .forEach(tuple -> all.put(String.valueOf(plain(tuple.getKeyNode())), plain(tuple.getValueNode())));
            return all;
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue().stream().map(SourceEdits::plain).toList();
        }
        return ((ScalarNode) node).getValue();
    }

    private static int indexOf(YamlText text, String id) throws EditException {
        Node sources =
                YamlText.find(text.root(), SOURCES).map(NodeTuple::getValueNode).orElse(null);
        if (!(sources instanceof SequenceNode list) || list.getAnchor().isPresent()) {
            throw EditException.conflict("the configuration's sources are no list of their own; change them there");
        }
        for (int i = 0; i < list.getValue().size(); i++) {
            if (list.getValue().get(i) instanceof MappingNode entry && id.equals(idOf(entry))) {
                return i;
            }
        }
        return -1;
    }

    private static String idOf(MappingNode entry) {
        return YamlText.find(entry, "id")
                .map(tuple -> tuple.getValueNode() instanceof ScalarNode scalar ? scalar.getValue() : null)
                .orElse(null);
    }

    private static MappingNode source(YamlText text, String id) {
        SequenceNode list =
                (SequenceNode) YamlText.find(text.root(), SOURCES).orElseThrow().getValueNode();
        MappingNode found = list.getValue().stream()
                .map(MappingNode.class::cast)
                .filter(entry -> id.equals(idOf(entry)))
                .findFirst()
                .orElseThrow();
        refuseShared(found);
        return found;
    }

    /** Whether nothing but what is wanted differs. */
    private static void check(YamlText before, YamlText after, SourceEdit edit) {
        Map<?, ?> was = all(before, edit);
        Map<?, ?> is = all(after, edit);
        if (!was.equals(is)) {
            throw new IllegalStateException("more would have changed");
        }
        if (edit.kind() == SourceEdit.Kind.ADD && !isSame(source(after, edit.id()), edit.keys())) {
            throw new IllegalStateException("it would read otherwise");
        }
    }

    /** All that the edit says nothing of. */
    private static Map<?, ?> all(YamlText text, SourceEdit edit) {
        Map<Object, Object> all = new LinkedHashMap<>((Map<?, ?>) plain(text.root()));
        List<Object> others = new ArrayList<>();
        for (Object source : (List<?>) all.get(SOURCES)) {
            Map<?, ?> entry = source instanceof Map<?, ?> map ? map : Map.of();
            boolean isMeant = edit.id().equals(entry.get("id"));
            if (isMeant && edit.kind() == SourceEdit.Kind.CHANGE) {
                Map<Object, Object> rest = new LinkedHashMap<>(entry);
                rest.keySet().removeAll(edit.keys().keySet());
                others.add(rest);
            } else if (!isMeant) {
                others.add(source);
            }
        }
        all.put(SOURCES, others);
        return all;
    }
}
