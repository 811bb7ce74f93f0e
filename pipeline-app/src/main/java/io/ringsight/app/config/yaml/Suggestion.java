package io.ringsight.app.config.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses what a misspelt word was meant to be. */
public final class Suggestion {
    private Suggestion() {}

    /** {@code "; did you mean X?"}, or nothing if no word is near. */
    public static String of(String word, Collection<String> words) {
        String lower = word.toLowerCase(Locale.ROOT);
        int limit = Math.max(2, word.length() / 3);
        return words.stream()
                .filter(known -> distance(lower, known.toLowerCase(Locale.ROOT)) <= limit)
                .filter(known ->
                        distance(lower, known.toLowerCase(Locale.ROOT)) < Math.min(word.length(), known.length()))
                .min(Comparator.comparingInt(known -> distance(lower, known.toLowerCase(Locale.ROOT))))
                .map(known -> "; did you mean " + known + "?")
                .orElse("");
    }

    /** Levenshtein's distance, row by row. */
    private static int distance(String a, String b) {
        if (a.length() > 100) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
