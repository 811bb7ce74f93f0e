package io.ringsight.sinks;

/** Numbers and times of messages as characters, in place: what {@link JsonText} writes without making text. */
final class JsonDigits {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long S_PER_DAY = 86_400L;

    private JsonDigits() {}

    /** Formats {@code value} with one to {@code digits} decimals; returns the length. */
    static int decimal(double value, int digits, char[] into) {
        long scale = 1;
        for (int i = 0; i < digits; i++) {
            scale *= 10;
        }
        long scaled = Math.round(value * scale);
        int at = 0;
        if (scaled < 0) {
            into[at++] = '-';
            scaled = -scaled;
        }
        at = integer(scaled / scale, into, at);
        into[at++] = '.';
        long rest = scaled % scale;
        do {
            scale /= 10;
            into[at++] = (char) ('0' + rest / scale);
            rest %= scale;
        } while (rest != 0);
        return at;
    }

    /** Formats {@code value}, not negative, from {@code at} on; returns where it ends. */
    static int integer(long value, char[] into, int at) {
        int digits = 1;
        for (long v = value; v >= 10; v /= 10) {
            digits++;
        }
        return fixed(value, digits, into, at);
    }

    private static int fixed(long value, int digits, char[] into, int at) {
        for (int i = at + digits - 1; i >= at; i--) {
            into[i] = (char) ('0' + value % 10);
            value /= 10;
        }
        return at + digits;
    }

    /** Formats {@code 2026-11-22T13:40:00.123456Z}; returns the length. Years 0 to 9999. */
    static int utc(long utcNs, char[] into) {
        long second = Math.floorDiv(utcNs, NS_PER_S);
        long day = Math.floorDiv(second, S_PER_DAY);
        int inDay = (int) Math.floorMod(second, S_PER_DAY);
        int at = date(day, into);
        into[at++] = 'T';
        at = fixed(inDay / 3600, 2, into, at);
        into[at++] = ':';
        at = fixed(inDay / 60 % 60, 2, into, at);
        into[at++] = ':';
        at = fixed(inDay % 60, 2, into, at);
        into[at++] = '.';
        at = fixed(Math.floorMod(utcNs, NS_PER_S) / 1000, 6, into, at);
        into[at++] = 'Z';
        return at;
    }

    /** Days since 1970 to a date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
    private static int date(long epochDay, char[] into) {
        long shifted = epochDay + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        long dayOfEra = shifted - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        long day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        long month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        int at = fixed(year, 4, into, 0);
        into[at++] = '-';
        at = fixed(month, 2, into, at);
        into[at++] = '-';
        return fixed(day, 2, into, at);
    }
}
