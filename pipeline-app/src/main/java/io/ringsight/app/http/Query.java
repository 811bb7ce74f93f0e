package io.ringsight.app.http;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a question says beside its path's fixed parts.
 *
 * @param values by name: those in the path and those behind the question mark
 */
public record Query(Map<String, String> values) {
    private static final int MAX_SHOWN = 40;

    /**
     * Refuses every other name.
     *
     * @throws QueryException if there is another
     */
    public Query only(String... names) throws QueryException {
        for (String name : values.keySet()) {
            if (!List.of(names).contains(name)) {
                throw QueryException.wrong("expected "
                        + (names.length == 0 ? "no parameters" : "only the parameters " + String.join(", ", names))
                        + ", got " + shown(name));
            }
        }
        return this;
    }

    /** A value, if it is given. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** A whole number within limits, or the default. */
    public int integer(String name, int min, int max, int otherwise) throws QueryException {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= min && Integer.parseInt(text) <= max) {
            return Integer.parseInt(text);
        }
        throw QueryException.wrong(
                name + ": expected a whole number from " + min + " to " + max + ", got " + shown(text));
    }

    /** One of the words, or nothing. */
    public Optional<String> word(String name, Collection<String> words) throws QueryException {
        String text = values.get(name);
        if (text != null && !words.contains(text)) {
            throw QueryException.wrong(name + ": expected one of " + String.join(", ", words) + ", got " + shown(text));
        }
        return Optional.ofNullable(text);
    }

    private static String shown(String text) {
        String cut = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
        return '"' + cut.replaceAll("[^A-Za-z0-9 ._:/+-]", "?") + '"';
    }
}
