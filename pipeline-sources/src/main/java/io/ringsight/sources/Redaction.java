package io.ringsight.sources;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text before it reaches a log, a message or an exception. FFmpeg puts the whole URL, password
 * included, into its own messages.
 *
 * <p>Rather hides too much than too little: everything between {@code ://} and {@code @} goes, as does the value of
 * query parameters called like a password.
 */
public final class Redaction {
    private static final Pattern USER_INFO =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^\\s/@\"']*(?::[^\\s@\"']*)?@(?:[^\\s/@\"']*@)*");
    private static final Pattern QUERY_SECRET =
            Pattern.compile("(?i)\\b(password|passwd|passphrase|pwd|pass|token|secret|auth)=[^&\\s\"']*");
    private static final int SHORTEST_SECRET = 3;

    private final List<String> secrets;

    private Redaction(List<String> secrets) {
        this.secrets = secrets;
    }

    /** Hides what looks like a secret, and the credentials of {@code spec} in every form FFmpeg may show them. */
    public static Redaction of(SourceSpec spec) {
        List<String> secrets = new ArrayList<>();
        if (spec instanceof SourceSpec.Rtsp rtsp && rtsp.password() != null) {
            String password = rtsp.password();
            String both = rtsp.username() + ":" + password;
            secrets.add(password);
            secrets.add(percentEncoded(password));
            secrets.add(Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
        }
        // A password of one or two letters stands in every word; the patterns still hide it where it is one.
        secrets.removeIf(secret -> secret.length() < SHORTEST_SECRET);
        secrets.sort(Comparator.comparing(String::length).reversed());
        return new Redaction(List.copyOf(secrets));
    }

    /** {@code text} without this source's secrets. */
    public String apply(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = clean.replace(secret, "***");
        }
        return text(clean);
    }

    /** {@code text} without anything that looks like a secret. */
    public static String text(String text) {
        String clean = USER_INFO.matcher(text).replaceAll("$1***:***@");
        return QUERY_SECRET.matcher(clean).replaceAll("$1=***");
    }

    /** {@code failure} for the log: its class, place and message, without anything that looks like a secret. */
    static Throwable cause(Throwable failure) {
        String message = failure.getMessage() == null ? "" : ": " + text(failure.getMessage());
        Throwable clean = new RuntimeException(failure.getClass().getName() + message);
        clean.setStackTrace(failure.getStackTrace());
        return clean;
    }

    /** Percent-encodes all but letters, digits and {@code -._*}, for the user part of a URL. */
    static String percentEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
