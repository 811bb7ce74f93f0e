package io.ringsight.app.tools.inspect;

import java.util.Locale;

/** Numbers as people read them. */
final class ReadableNumbers {
    private static final String[] THOUSANDS = {"", "k", "M", "G", "T"};

    private ReadableNumbers() {}

    /** Three digits and a prefix, with a space before it: {@code 6.7 G}. */
    static String count(long number) {
        return scaled(number, 1000, " ");
    }

    /** Bytes in decimal prefixes, as file managers count: {@code 1.8 MB}. */
    static String bytes(long number) {
        return scaled(number, 1000, " ") + "B";
    }

    private static String scaled(double number, double base, String space) {
        double value = number;
        int power = 0;
        while (value >= base && power < THOUSANDS.length - 1) {
            value /= base;
            power++;
        }
        int decimals = power == 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value) + space + THOUSANDS[power];
    }
}
