package io.ringsight.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Reads the Python literals Ultralytics writes into ONNX metadata: {@code {0: 'open', 1: "it's"}}, {@code ['a', 'b']}
 * and {@code [640, 640]}. Nothing else is Python here.
 */
final class PythonLiteral {
    private final String text;
    private int at;

    private PythonLiteral(String text) {
        this.text = text;
    }

    /** Class names in the order of their ids, or null when the text is not a list or a dict with the ids 0 to n-1. */
    static List<String> names(String text) {
        PythonLiteral reader = new PythonLiteral(text);
        try {
            return reader.peek() == '[' ? reader.list() : reader.dict();
        } catch (IllegalArgumentException expected) {
            return null;
        }
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
            int key = integer();
            expect(':');
            values.put(key, string());
            skipComma('}');
        }
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
            value.append(c == '\\' ? next() : c);
        }
        return value.toString();
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
