package io.ringsight.app.config.edit;

import io.ringsight.app.cli.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes maps, lists, texts, numbers and truths as YAML that a person would write, each mapping of a list on a line. */
final class YamlWriting {
    /** Read as a text without quotes, between braces, too. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]*( [A-Za-z0-9._/-]+)*");

    private static final Pattern NO_TEXT = Pattern.compile("(?i)true|false|yes|no|on|off|null|nan|y|n");

    private YamlWriting() {}

    /** On one line, with braces and brackets. */
    static String flow(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> text(entry.getKey().toString()) + ": " + flow(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(YamlWriting::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof String text ? text(literal(text)) : String.valueOf(value);
    }

    /** What stands behind a key and its colon, in a mapping that is indented so far. */
    static String afterKey(Object value, int indent, String newline) {
        if (value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(Map.class::isInstance)) {
            return list.stream()
                    .map(each -> newline + " ".repeat(indent + 2) + "- " + flow(each))
                    .collect(Collectors.joining());
        }
        return " " + flow(value);
    }

    /** An entry of a list: its dash, and a key a line. */
    static String entry(Map<String, Object> keys, int indent, String newline) {
        return keys.entrySet().stream()
                .map(key -> text(key.getKey()) + ":" + afterKey(key.getValue(), indent + 2, newline))
                .collect(Collectors.joining(newline + " ".repeat(indent + 2), " ".repeat(indent) + "- ", ""));
    }

    /** A text that is read as it is: no variable is put into it. */
    static String literal(String text) {
        return text.replace("${", "$${");
    }

    /** A key or a text, in quotes where it takes them. */
    static String text(String text) {
        if (PLAIN.matcher(text).matches() && !NO_TEXT.matcher(text).matches()) {
            return text;
        }
        String json = JsonObject.of(Map.of("", text));
        return json.substring(json.indexOf(':') + 1, json.length() - 1);
    }
}
