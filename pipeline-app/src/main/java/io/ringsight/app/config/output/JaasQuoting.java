package io.ringsight.app.config.output;

import io.ringsight.app.config.yaml.Environment;

/**
 * Puts what a variable holds into the value of an option of a JAAS configuration, such as {@code password="${NAME}"} or
 * {@code password=${NAME}}, so that it comes out as it is, whatever quotes and backslashes it holds. Elsewhere a variable
 * may hold a piece of the configuration, or all of it.
 */
public final class JaasQuoting implements Environment.Quoting {
    public static final String PROPERTY = "sasl.jaas.config";

    @Override
    public String quote(String before, String held) {
        char open = openQuote(before);
        if (open != 0) {
            return escaped(held);
        }
        return before.stripTrailing().endsWith("=") ? '"' + escaped(held) + '"' : held;
    }

    /** The quote that is open at the end of a text; 0 if none is. */
    private static char openQuote(String text) {
        char open = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (open != 0 && c == '\\') {
                i++;
            } else if (open != 0 && c == open) {
                open = 0;
            } else if (open == 0 && (c == '"' || c == '\'')) {
                open = c;
            }
        }
        return open;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("'", "\\'")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
