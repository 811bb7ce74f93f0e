package io.ringsight.core.frame;

import java.util.regex.Pattern;

/**
 * The name of one camera: Kafka key, metric label, log prefix.
 *
 * @param value 1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or digit
 */
public record SourceId(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public SourceId {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "source id must be 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit: "
                            + value);
        }
    }

    /** Whether {@code value} can name a source. */
    public static boolean isValid(String value) {
        return value != null && ALLOWED.matcher(value).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
