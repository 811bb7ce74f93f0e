package io.ringsight.app;

import java.util.regex.Pattern;

/**
 * Takes the credentials out of addresses in text. The libraries below put {@code rtsp://user:password@host} into their
 * messages; every line the commands print and every trace they save goes through here.
 */
public final class Redaction {
    /** Up to the last at sign before the host ends: a password may hold one, too. */
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)([a-z][a-z0-9+.-]*://)[^\\s/\"'<>]*@");

    private Redaction() {}

    /** The text with {@code user:password@} of every address replaced by {@code ***@}. */
    public static String of(String text) {
        return text == null || text.indexOf('@') < 0
                ? text
                : CREDENTIALS.matcher(text).replaceAll("$1***@");
    }
}
