package io.ringsight.core.frame;

import java.util.Locale;
import java.util.Optional;

/**
 * What people call a camera, e.g. {@code Line 3, camera over the oven}: free text in any language, for messages, pages
 * and logs. It identifies nothing and need not be unique; {@link SourceId} does.
 *
 * @param value 1 to {@value #MAX_CHARACTERS} characters on one line, none of which hides or reorders the text around it
 */
public record SourceName(String value) {
    /** Characters as Unicode counts them. */
    public static final int MAX_CHARACTERS = 100;

    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    public SourceName {
        problem(value).ifPresent(problem -> {
            throw new IllegalArgumentException("source name: " + problem);
        });
    }

    /** What keeps {@code text} from being a name, as {@code expected …, got …}; empty if nothing does. */
    public static Optional<String> problem(String text) {
        String expected = "expected 1 to " + MAX_CHARACTERS + " printable characters, got ";
        int characters = text.codePointCount(0, text.length());
        if (text.codePoints().allMatch(SourceName::isBlank)) {
            return Optional.of(expected + (text.isEmpty() ? "none" : "only spaces"));
        }
        if (characters > MAX_CHARACTERS) {
            return Optional.of(expected + characters);
        }
        return text.codePoints()
                .filter(character -> !isPrintable(character))
                .mapToObj(character ->
                        expected + String.format(Locale.ROOT, "U+%04X", character) + " (" + kind(character) + ")")
                .findFirst();
    }

    /** A source's id, and in quotes what people call it if they do. */
    public static String title(SourceId id, Optional<SourceName> name) {
        return id + name.map(called -> " \"" + called + '"').orElse("");
    }

    private static boolean isBlank(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }

    private static boolean isPrintable(int character) {
        return kind(character).isEmpty();
    }

    /** What a character that cannot be printed is; empty for the others. Scripts and emoji need the two joiners. */
    private static String kind(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> "a control character";
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> "a line break";
            case Character.SURROGATE -> "half a character";
            case Character.FORMAT ->
                character == ZERO_WIDTH_NON_JOINER || character == ZERO_WIDTH_JOINER ? "" : "an invisible character";
            default -> "";
        };
    }

    @Override
    public String toString() {
        return value;
    }
}
