package io.ringsight.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the Python literals Ultralytics writes into ONNX metadata: {@code {0: 'open', 1: "it's"}}, {@code ['a', 'b']}
 * and {@code [640, 640]}; and what others write there: the same as JSON, or as lines of YAML.
 */
final class PythonLiteral {
    private static final Pattern YAML_LINE = Pattern.compile("\\s*(?:-|(\\d{1,6})\\s*:)\\s+['\"]?(.*?)['\"]?\\s*");

    private final String text;
    private int at;

    private PythonLiteral(String text) {
        this.text = text;
    }

    /** Class names in the order of their ids, or null when the text is not a list or a dict with the ids 0 to n-1. */
    static List<String> names(String text) {
        PythonLiteral reader = new PythonLiteral(text);
        try {
            return switch (reader.peek()) {
                case '[' -> reader.list();
                case '{' -> reader.dict();
                default -> lines(text);
            };
        } catch (IllegalArgumentException expected) {
            return null;
        }
    }

    /** YAML: {@code 0: open} or {@code - open}, one a line. */
    private static List<String> lines(String text) {
        TreeMap<Integer, String> values = new TreeMap<>();
        for (String line : text.strip().split("\\R")) {
            Matcher matcher = YAML_LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("neither Python, JSON nor YAML");
            }
            String id = matcher.group(1);
            values.put(id == null ? values.size() : Integer.parseInt(id), matcher.group(2));
        }
        return ordered(values);
    }

    /** One or more whole numbers, or null. */
    static int[] integers(String text) {
        String inner = text.strip().replaceAll("^[\\[(]|[\\])]$", "");
        try {
            return java.util.Arrays.stream(inner.split(","))
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException expected) {
            return null;
        }
    }

    private List<String> list() {
        List<String> values = new ArrayList<>();
        expect('[');
        while (peek() != ']') {
            values.add(string());
            skipComma(']');
        }
        return values;
    }

    private List<String> dict() {
        TreeMap<Integer, String> values = new TreeMap<>();
        expect('{');
        while (peek() != '}') {
            int key = peek() == '"' || peek() == '\'' ? Integer.parseInt(string()) : integer();
            expect(':');
            values.put(key, string());
            skipComma('}');
        }
        return ordered(values);
    }

    private static List<String> ordered(TreeMap<Integer, String> values) {
        if (!values.isEmpty() && (values.firstKey() != 0 || values.lastKey() != values.size() - 1)) {
            throw new IllegalArgumentException("ids are not 0 to n-1");
        }
        return List.copyOf(values.values());
    }

    private void skipComma(char end) {
        if (peek() != end) {
            expect(',');
        }
    }

    private int integer() {
        peek();
        int start = at;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        return Integer.parseInt(text.substring(start, at));
    }

    private String string() {
        char quote = peek();
        if (quote != '\'' && quote != '"') {
            throw new IllegalArgumentException("no string at " + at);
        }
        at++;
        StringBuilder value = new StringBuilder();
        while (next() != quote) {
            char c = text.charAt(at - 1);
            value.append(c == '\\' ? escaped() : String.valueOf(c));
        }
        return value.toString();
    }

    /** What a backslash and the characters behind it stand for. */
    private String escaped() {
        char c = next();
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'x' -> code(2);
            case 'u' -> code(4);
            case 'U' -> code(8);
            default -> String.valueOf(c);
        };
    }

    private String code(int digits) {
        if (at + digits > text.length()) {
            throw new IllegalArgumentException("text ends early");
        }
        at += digits;
        return Character.toString(Integer.parseInt(text.substring(at - digits, at), 16));
    }

    private char next() {
        if (at >= text.length()) {
            throw new IllegalArgumentException("text ends early");
        }
        return text.charAt(at++);
    }

    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at >= text.length()) {
            throw new IllegalArgumentException("text ends early");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new IllegalArgumentException("expected " + c + " at " + at);
        }
        at++;
    }
}
