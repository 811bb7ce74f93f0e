package io.ringsight.core.analyse.verdict;

import io.ringsight.core.decision.Recipe;
import java.util.Optional;

/**
 * A part comes.
 *
 * @param partId barcode or serial number
 * @param recipe what it is made by, if the announcement says so
 * @param atUtcNs when it came, nanoseconds since 1970: its window is counted from here
 */
public record Announcement(String partId, Optional<Recipe> recipe, long atUtcNs) {
    /** The most characters of a part's id. */
    public static final int MAX_ID = 100;

    /** What keeps a text from being a part's id, as {@code expected …}; empty if nothing does. */
    public static Optional<String> problem(String partId) {
        boolean isPlain = partId.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '\\');
        return partId.isEmpty() || partId.length() > MAX_ID || !isPlain
                ? Optional.of("expected 1 to " + MAX_ID
                        + " printable ASCII characters without spaces, quotes and backslashes")
                : Optional.empty();
    }
}
