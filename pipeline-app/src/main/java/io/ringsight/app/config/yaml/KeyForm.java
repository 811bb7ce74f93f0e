package io.ringsight.app.config.yaml;

import java.util.List;
import java.util.Optional;

/**
 * What a key may hold, as the reader that asks for it says. This is where type, limits and default of a key are declared,
 * once: values are checked by it, messages name it, and {@code conf/schema/pipeline.schema.json} is made of it.
 *
 * @param kind what it holds
 * @param words the texts that are allowed; of numbers those that may stand in a number's place
 * @param min least number, null if it holds none
 * @param max greatest number, null if it holds none
 * @param otherwise the default; null if there is none that can be written
 */
public record KeyForm(Kind kind, List<String> words, Number min, Number max, Object otherwise) {
    /** What there is. */
    public enum Kind {
        /** A text that must be there. */
        REQUIRED_TEXT,
        /** A text. */
        TEXT,
        /** One of some words. */
        WORD,
        /** A whole number. */
        INTEGER,
        /** A number. */
        NUMBER,
        /** True or false. */
        FLAG,
        /** Keys and values. */
        OBJECT,
        /** A list of keys and values. */
        OBJECTS,
        /** A list of texts. */
        TEXTS,
        /** Texts by names that others know. */
        TEXT_MAP
    }

    static KeyForm of(Kind kind) {
        return of(kind, null);
    }

    static KeyForm of(Kind kind, Object otherwise) {
        return new KeyForm(kind, List.of(), null, null, otherwise);
    }

    static KeyForm word(List<String> words, String otherwise) {
        return new KeyForm(Kind.WORD, words, null, null, otherwise);
    }

    static KeyForm integer(long min, long max, long otherwise) {
        return new KeyForm(Kind.INTEGER, List.of(), min, max, otherwise < min || otherwise > max ? null : otherwise);
    }

    static KeyForm number(double min, double max, double otherwise) {
        return new KeyForm(Kind.NUMBER, List.of(), min, max, otherwise);
    }

    /** A number, or a word that is the default. */
    KeyForm or(String word) {
        return new KeyForm(kind, List.of(word), min, max, word);
    }

    /** For messages, behind "expected". */
    String expected() {
        String number = " from " + plain(min) + " to " + plain(max);
        return switch (kind) {
            case INTEGER -> alternative() + "a whole number" + number;
            case NUMBER -> alternative() + "a number" + number;
            case FLAG -> "true or false";
            case WORD -> "one of " + String.join(", ", words);
            default -> "a text";
        };
    }

    private String alternative() {
        return words.isEmpty() ? "" : words.get(0) + " or ";
    }

    Optional<Long> wholeNumber(String text) {
        if (!text.matches("[-+]?[0-9]{1,18}")) {
            return Optional.empty();
        }
        long value = Long.parseLong(text);
        return value >= min.longValue() && value <= max.longValue() ? Optional.of(value) : Optional.empty();
    }

    Optional<Double> decimal(String text) {
        if (!text.matches("[-+]?([0-9]{1,18}(\\.[0-9]{0,18})?|\\.[0-9]{1,18})([eE][-+]?[0-9]{1,3})?")) {
            return Optional.empty();
        }
        double value = Double.parseDouble(text);
        return value >= min.doubleValue() && value <= max.doubleValue() ? Optional.of(value) : Optional.empty();
    }

    private static String plain(Number limit) {
        double value = limit == null ? 0 : limit.doubleValue();
        return value == Math.rint(value)
                ? Long.toString(limit == null ? 0 : limit.longValue())
                : Double.toString(value);
    }
}
