package io.ringsight.app.config.yaml;

import io.ringsight.app.config.yaml.KeyForm.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads the keys of one YAML mapping. A wrong value is added to the {@link YamlErrors} and the default returned in its
 * place, so that reading goes on and finds all mistakes; the caller throws at the end. {@link #finish()} complains of
 * every key nobody asked for.
 *
 * <p><code>${NAME}</code> in a value is replaced by the environment variable, <code>${NAME:-text}</code> by the text if
 * the variable is not set or empty, <code>${file:PATH}</code> by what is in the file; <code>$${</code> stands for a
 * plain <code>${</code>. The keys themselves are {@link YamlKeys}' business.
 */
public final class YamlObject {
    private final YamlErrors errors;
    private final Environment environment;
    private final YamlKeys keys;
    /** What every key of the file that was asked for may hold; shared by all its mappings. */
    private final Map<String, KeyForm> forms;
    /** Path of this mapping in {@link #forms}. */
    private final String formPath;

    /** The whole file. */
    YamlObject(MappingNode node, YamlErrors errors, Map<String, String> environment) {
        this.errors = errors;
        this.environment = new Environment(environment);
        keys = new YamlKeys(node, "", errors);
        forms = new LinkedHashMap<>();
        formPath = "";
    }

    private YamlObject(MappingNode node, String path, YamlObject parent, String formPath) {
        errors = parent.errors;
        environment = parent.environment;
        keys = new YamlKeys(node, path, errors);
        forms = parent.forms;
        this.formPath = formPath;
    }

    /**
     * What each key that somebody asked for may hold, by its path from the top: {@code http.port},
     * {@code sources[].maxFps}, {@code models.*.device}.
     */
    public Map<String, KeyForm> forms() {
        return Collections.unmodifiableMap(forms);
    }

    /** Takes in the keys of {@code defaults} that are not here; what is wrong with them is said of where they stand. */
    public void addDefaults(YamlObject defaults) {
        keys.addDefaults(defaults.keys);
    }

    /** Whether a key's value is a default taken in from elsewhere. */
    public boolean isDefault(String key) {
        return keys.isDefault(key);
    }

    /** Forgets a default. */
    public void dropDefault(String key) {
        keys.dropDefault(key);
    }

    /** The keys that are there, in the file's order. */
    public List<String> keys() {
        return keys.all();
    }

    /** Whether the key is there with a value. */
    public boolean has(String key) {
        return keys.holds(key) && !isNull(keys.value(key));
    }

    /** Whether the key holds a list without elements. */
    public boolean isEmptyList(String key) {
        return keys.value(key) instanceof SequenceNode sequence
                && sequence.getValue().isEmpty();
    }

    /** The path of this mapping from the top; empty for the top itself. */
    public String path() {
        return keys.path();
    }

    /** The key's path from the top, as in messages. */
    public String keyPath(String key) {
        return keys.pathOf(key);
    }

    /** The line of the key, or where the mapping begins if the key is not there. */
    public int lineOf(String key) {
        return keys.lineOf(key);
    }

    /** Adds a mistake about a key's value. */
    public void mistake(String key, String sentence) {
        errors.add(lineOf(key), keyPath(key), sentence);
    }

    /** A text that must be there; empty, and a mistake, if it is not. */
    public String text(String key) {
        Optional<String> text = text(key, KeyForm.of(Kind.REQUIRED_TEXT));
        if (text.isEmpty() && !keys.holds(key)) {
            mistake(key, "expected a text, but the key is missing");
        } else if (text.isEmpty() && isNull(keys.value(key))) {
            mistake(key, "expected a text, got nothing");
        } else if (text.isPresent() && text.get().isBlank()) {
            mistake(key, "expected a text, got an empty one");
        }
        return text.orElse("");
    }

    /** A text, or the default. */
    public String text(String key, String otherwise) {
        return text(key, KeyForm.of(Kind.TEXT, otherwise)).orElse(otherwise);
    }

    /** A text, if there is one. */
    public Optional<String> optionalText(String key) {
        return text(key, KeyForm.of(Kind.TEXT));
    }

    private Optional<String> text(String key, KeyForm form) {
        return scalar(key, form).flatMap(this::substitute);
    }

    /** A whole number within limits, or the default. */
    public int integer(String key, int least, int most, int otherwise) {
        return (int) longInteger(key, least, most, otherwise);
    }

    /** A whole number within limits, or the default. */
    public long longInteger(String key, long least, long most, long otherwise) {
        KeyForm form = KeyForm.integer(least, most, otherwise);
        return parsed(key, form, form::wholeNumber).orElse(otherwise);
    }

    /** A number within limits, or the default. */
    public double number(String key, double least, double most, double otherwise) {
        KeyForm form = KeyForm.number(least, most, otherwise);
        return parsed(key, form, form::decimal).orElse(otherwise);
    }

    /** A number within limits, or nothing if the key is missing or holds {@code word}. */
    public Optional<Double> numberOr(String word, String key, double least, double most) {
        KeyForm form = KeyForm.number(least, most, least).or(word);
        return parsedOr(word, key, form, form::decimal);
    }

    /** A whole number within limits, or nothing if the key is missing or holds {@code word}. */
    public Optional<Integer> integerOr(String word, String key, int least, int most) {
        KeyForm form = KeyForm.integer(least, most, least).or(word);
        return parsedOr(word, key, form, form::wholeNumber).map(Math::toIntExact);
    }

    /** True or false, or the default. */
    public boolean flag(String key, boolean otherwise) {
        return parsed(key, KeyForm.of(Kind.FLAG, otherwise), text -> switch (text) {
                    case "true" -> Optional.of(true);
                    case "false" -> Optional.of(false);
                    default -> Optional.empty();
                })
                .orElse(otherwise);
    }

    /** One of the words, or the default. */
    public String word(String key, List<String> words, String otherwise) {
        KeyForm form = KeyForm.word(words, otherwise);
        Optional<String> text = text(key, form);
        if (text.isPresent() && !words.contains(text.get())) {
            mistake(
                    key,
                    "expected " + form.expected() + ", got " + quoted(text.get()) + Suggestion.of(text.get(), words));
            return otherwise;
        }
        return text.orElse(otherwise);
    }

    /** The mapping under a key, if it is there. */
    public Optional<YamlObject> object(String key) {
        return object(key, Kind.OBJECT);
    }

    private Optional<YamlObject> object(String key, Kind kind) {
        return node(key, KeyForm.of(kind)).flatMap(value -> asObject(value, keyPath(key), formPath(key)));
    }

    /** The mapping under a name of the user's own, if it is there. */
    public Optional<YamlObject> named(String name) {
        return node(name).flatMap(value -> asObject(value, keyPath(name), formPath("*")));
    }

    /** The mappings in the list under a key; empty if the key is missing. */
    public List<YamlObject> objects(String key) {
        return elements(key, Kind.OBJECTS, (element, at) -> asObject(element, at, formPath(key) + "[]"));
    }

    /** The texts in the list under a key; empty if the key is missing. */
    public List<String> texts(String key) {
        return elements(key, Kind.TEXTS, this::asText);
    }

    /** Names and texts of the mapping under a key, any names; empty if the key is missing. */
    public Map<String, String> textMap(String key) {
        return textMap(key, name -> Environment.Quoting.NONE);
    }

    /** As {@link #textMap(String)}; {@code quoting} says by name how what variables hold is put into a text. */
    public Map<String, String> textMap(String key, Function<String, Environment.Quoting> quoting) {
        Map<String, String> map = new LinkedHashMap<>();
        object(key, Kind.TEXT_MAP)
                .ifPresent(object -> object.keys().forEach(name -> {
                    if (object.isText(name)) {
                        object.node(name)
                                .flatMap(value -> object.scalar(name, value, "a text"))
                                .flatMap(scalar -> object.substitute(scalar, quoting.apply(name)))
                                .ifPresent(text -> map.put(name, text));
                    }
                }));
        return map;
    }

    /** Complains of each key nobody asked for. Call it last. */
    public void finish() {
        finish("");
    }

    /** As {@link #finish()}, but a key that begins with {@code free}, if that is not empty, is the user's own. */
    public void finish(String free) {
        keys.complainOfUnknown(free);
    }

    private boolean isText(String name) {
        if (isNull(keys.value(name))) {
            mistake(name, "expected a text, got nothing");
            return false;
        }
        return true;
    }

    private String formPath(String key) {
        return formPath.isEmpty() ? key : formPath + "." + key;
    }

    private Optional<Node> node(String key) {
        keys.asked(key);
        return has(key) ? Optional.of(keys.value(key)) : Optional.empty();
    }

    private Optional<Node> node(String key, KeyForm form) {
        forms.putIfAbsent(formPath(key), form);
        return node(key);
    }

    private Optional<ScalarNode> scalar(String key, KeyForm form) {
        return node(key, form).flatMap(value -> scalar(key, value, form.expected()));
    }

    private Optional<ScalarNode> scalar(String key, Node value, String expected) {
        if (value instanceof ScalarNode scalar) {
            return Optional.of(scalar);
        }
        mistake(key, "expected " + expected + ", got " + kind(value));
        return Optional.empty();
    }

    private <T> Optional<T> parsedOr(String word, String key, KeyForm form, Function<String, Optional<T>> parse) {
        return parsed(
                        key,
                        form,
                        text -> text.equals(word)
                                ? Optional.of(Optional.<T>empty())
                                : parse.apply(text).map(Optional::of))
                .flatMap(Function.identity());
    }

    private <T> Optional<T> parsed(String key, KeyForm form, Function<String, Optional<T>> parse) {
        Optional<ScalarNode> scalar = scalar(key, form);
        Optional<String> text = scalar.flatMap(this::substitute);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        boolean quotedText =
                !scalar.get().isPlain() && !Environment.isTemplate(scalar.get().getValue());
        Optional<T> value =
                quotedText ? Optional.empty() : parse.apply(text.get().strip());
        if (value.isEmpty()) {
            boolean onlyQuotes = quotedText && parse.apply(text.get()).isPresent();
            mistake(
                    key,
                    "expected " + form.expected() + ", got " + (onlyQuotes ? "the text " : "") + quoted(text.get())
                            + (onlyQuotes ? "; leave out the quotes" : ""));
        }
        return value;
    }

    private Optional<String> substitute(ScalarNode scalar) {
        return substitute(scalar, Environment.Quoting.NONE);
    }

    private Optional<String> substitute(ScalarNode scalar, Environment.Quoting quoting) {
        Environment.Result result = environment.substitute(scalar.getValue(), quoting);
        result.mistakes().forEach(sentence -> errors.add(line(scalar), keys.pathOf(scalar), sentence));
        return result.mistakes().isEmpty() ? Optional.of(result.text()) : Optional.empty();
    }

    private interface Element<T> {
        Optional<T> read(Node element, String at);
    }

    private <T> List<T> elements(String key, Kind kind, Element<T> reader) {
        Optional<Node> value = node(key, KeyForm.of(kind));
        List<T> list = new ArrayList<>();
        if (value.isPresent() && value.get() instanceof SequenceNode sequence) {
            for (int i = 0; i < sequence.getValue().size(); i++) {
                reader.read(sequence.getValue().get(i), keyPath(key) + "[" + i + "]")
                        .ifPresent(list::add);
            }
        } else if (value.isPresent()) {
            mistake(key, "expected a list (lines that begin with \"- \"), got " + kind(value.get()));
        }
        return list;
    }

    private Optional<YamlObject> asObject(Node value, String at, String formAt) {
        if (value instanceof MappingNode mapping) {
            return Optional.of(new YamlObject(mapping, at, this, formAt));
        }
        errors.add(line(value), at, "expected keys and values, got " + kind(value));
        return Optional.empty();
    }

    private Optional<String> asText(Node value, String at) {
        if (value instanceof ScalarNode scalar && !isNull(value)) {
            return substitute(scalar);
        }
        errors.add(line(value), at, "expected a text, got " + kind(value));
        return Optional.empty();
    }

    private static boolean isNull(Node value) {
        return value instanceof ScalarNode scalar
                && scalar.isPlain()
                && (scalar.getValue().isEmpty() || scalar.getValue().matches("~|null|Null|NULL"));
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    /** What a value is, for messages. */
    static String kind(Node node) {
        if (node instanceof MappingNode) {
            return "keys and values";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        return isNull(node) ? "nothing" : quoted(((ScalarNode) node).getValue());
    }

    public static String quoted(String text) {
        String cut = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return '"' + cut.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
