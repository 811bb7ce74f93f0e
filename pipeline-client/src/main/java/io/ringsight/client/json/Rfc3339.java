package io.ringsight.client.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/** Times as messages write them. Reading one of a million messages with {@link Instant#parse} would cost more than all else. */
final class Rfc3339 {
    private static final String PATTERN = "0000-00-00T00:00:00.000000Z";
    private static final int NS_PER_US = 1_000;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3_600;
    private static final int SECONDS_PER_DAY = 86_400;

    private Rfc3339() {}

    /**
     * The time that {@code length} characters from {@code from} on say.
     *
     * @throws DateTimeException if they say none
     */
    static Instant parse(char[] text, int from, int length) {
        if (!isUsual(text, from, length)) {
            return Instant.parse(new String(text, from, length));
        }
        LocalDate date = LocalDate.of(number(text, from, 4), number(text, from + 5, 2), number(text, from + 8, 2));
        int hour = number(text, from + 11, 2);
        int minute = number(text, from + 14, 2);
        int second = number(text, from + 17, 2);
        if (hour > 23 || minute > 59 || second > 59) {
            return Instant.parse(new String(text, from, length));
        }
        long seconds =
                date.toEpochDay() * SECONDS_PER_DAY + hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second;
        return Instant.ofEpochSecond(seconds, (long) number(text, from + 20, 6) * NS_PER_US);
    }

    /** Whether it has a digit where the pattern has one, and is the pattern elsewhere. */
    private static boolean isUsual(char[] text, int from, int length) {
        if (length != PATTERN.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char wanted = PATTERN.charAt(i);
            char c = text[from + i];
            if (wanted == '0' ? c < '0' || c > '9' : c != wanted) {
                return false;
            }
        }
        return true;
    }

    private static int number(char[] text, int from, int digits) {
        int number = 0;
        for (int i = from; i < from + digits; i++) {
            number = number * 10 + text[i] - '0';
        }
        return number;
    }
}
