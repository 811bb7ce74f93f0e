package io.ringsight.sources.spec;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text before it reaches a log, a message or an exception. FFmpeg puts the whole URL, password
 * included, into its own messages.
 *
 * <p>Rather hides too much than too little: everything between {@code ://} and {@code @} goes, and the value of
 * everything called like a secret, wherever cameras want it: {@code ?pwd=…}, {@code /user=…_password=…_channel=1},
 * {@code password%3D…}, {@code password="…"}, {@code Authorization: …}.
 */
public final class Redaction {
    private static final String HIDDEN = "***";
    private static final Pattern USER_INFO =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^\\s/@]*(?::[^\\s@]*)?@(?:[^\\s/@]*@)*");
    /** The same in a URL that is itself a parameter of another. */
    private static final Pattern ENCODED_USER_INFO = Pattern.compile("(?i)(%3A(?:%2F|/){2})[^\\s&]*%40");

    private static final Pattern HEADER =
            Pattern.compile("(?i)\\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(\\s*:\\s*)[^\\r\\n]*");
    /** A name's equals sign, plain or percent-encoded. */
    private static final Pattern EQUALS = Pattern.compile("=|%3[Dd]");
    /** What an underscore must be followed by to end a value: the names that cameras with such URLs use. */
    private static final Pattern NEXT_PARAMETER =
            Pattern.compile("_(?:user|channel|stream|subtype|real|proto|type)[a-z_]{0,16}(?:=|%3[Dd])");
    /** Names that mean a secret wherever they stand. */
    private static final Pattern SECRET = Pattern.compile("(?i).*(?:passw|passphrase|pwd|psw|token|secret|credential"
            + "|signature|authori|api_?key|hmac|hdnts|hdnea|jwt"
            + "|(?:^|[._-]|user|usr|login)(?:pass(?:code|key)?|pas|auth)(?![a-z])).*");
    /** Names that mean one as a parameter of a URL; elsewhere they are words like others. */
    private static final Pattern PARAMETER_SECRET =
            Pattern.compile("(?i)(?:.*[._-])?(?:p|pw|key|sig|sign|sid|session|sessionid|hash|code)");
    /** What stands before a parameter. */
    private static final String SEPARATORS = "?&/;,#_";
    /** SRT servers take user and password in here; a plain name is worth showing. */
    private static final String STREAM_ID = "streamid";

    private static final Pattern PLAIN_STREAM_ID =
            Pattern.compile("(?i)(?:(?:read|publish|play|request)(?::|%3A))?[A-Za-z0-9/._-]*");

    private static final Set<String> SECRET_OPTIONS =
            Set.of("headers", "cookies", "key", "decryption_key", "rtmp_conn");
    private static final int MIN_SECRET = 3;
    private static final int MAX_NAME = 64;

    private final List<String> secrets;

    /** For what has no secrets. */
    public static final Redaction NONE = new Redaction(List.of());

    private Redaction(List<String> secrets) {
        this.secrets = secrets;
    }

    /**
     * Hides what looks like a secret, and these credentials in every form FFmpeg may show them.
     *
     * @param username null for none
     * @param password null for none
     * @param url hides also what looks like a secret in here
     * @param options FFmpeg options
     */
    static Redaction of(String username, String password, String url, Map<String, String> options) {
        Set<String> secrets = new LinkedHashSet<>();
        addLogin(secrets, username, password);
        text(url, secrets);
        addOptions(secrets, options);
        // A password of one or two letters stands in every word; the patterns still hide it where it is one.
        return new Redaction(secrets.stream()
                .filter(secret -> secret.length() >= MIN_SECRET)
                .sorted(Comparator.comparing(String::length).reversed())
                .toList());
    }

    private static void addLogin(Set<String> secrets, String username, String password) {
        if (password != null) {
            addForms(secrets, password);
            byte[] both = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
            secrets.add(Base64.getEncoder().encodeToString(both));
        }
    }

    private static void addOptions(Set<String> secrets, Map<String, String> options) {
        options.forEach((name, value) -> {
            if (SECRET_OPTIONS.contains(name) || isSecret(name, true)) {
                value.lines()
                        .map(line -> line.replaceFirst("^[A-Za-z-]+:\\s*", ""))
                        .forEach(line -> addForms(secrets, line));
            }
        });
    }

    private static void addForms(Set<String> secrets, String secret) {
        secrets.add(secret);
        secrets.add(percentEncoded(secret));
        secrets.add(percentDecoded(secret));
    }

    /** {@code text} without this source's secrets. */
    public String apply(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = clean.replace(secret, HIDDEN);
        }
        return text(clean);
    }

    /** {@code text} without anything that looks like a secret. */
    public static String text(String text) {
        return text(text, new LinkedHashSet<>());
    }

    /** @param found takes the secrets that were hidden, in each form they may be repeated in */
    private static String text(String text, Set<String> found) {
        // Parameters first: an @ in one of them looks like the end of a user's name.
        String clean = withoutParameters(HEADER.matcher(text).replaceAll("$1$2***"), found);
        clean = USER_INFO.matcher(clean).replaceAll("$1***:***@");
        return ENCODED_USER_INFO.matcher(clean).replaceAll("$1***%40");
    }

    /** By hand and not by one pattern: that would need a stack as deep as the text is long. */
    private static String withoutParameters(String text, Set<String> found) {
        Matcher equals = EQUALS.matcher(text);
        StringBuilder clean = new StringBuilder(text.length());
        int copied = 0;
        int at = 0;
        while (equals.find(at)) {
            int nameAt = nameAt(text, at, equals.start());
            at = equals.end();
            if (isSecretAt(text, nameAt, equals.start())) {
                int end = valueEnd(text, at);
                String value = text.substring(at, end);
                boolean shown = value.isEmpty() || isStreamId(text, equals.start()) && isPlain(value);
                if (!shown) {
                    clean.append(text, copied, at).append(HIDDEN);
                    addForms(found, value);
                    copied = end;
                }
                at = end;
            }
        }
        return clean.append(text, copied, text.length()).toString();
    }

    private static int nameAt(String text, int from, int to) {
        int at = to;
        while (at > from && to - at < MAX_NAME && isNameLetter(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static boolean isNameLetter(char c) {
        return c < 0x80 && Character.isLetterOrDigit(c) || "%._-".indexOf(c) >= 0;
    }

    /** Where the value at {@code from} ends: at its closing quote, or where the next parameter or word begins. */
    private static int valueEnd(String text, int from) {
        char quote = from < text.length() && "\"'".indexOf(text.charAt(from)) >= 0 ? text.charAt(from) : 0;
        Matcher next = NEXT_PARAMETER.matcher(text);
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quote != 0 && at > from && c == quote) {
                return at + 1;
            }
            if (quote != 0 && c == '\\') {
                at++;
            }
            boolean parameterEnds = c == '&'
                    || Character.isWhitespace(c)
                    || c == '_' && next.region(at, text.length()).lookingAt();
            if (quote == 0 && parameterEnds) {
                return at;
            }
        }
        return text.length();
    }

    private static boolean isSecretAt(String text, int nameAt, int nameEnd) {
        String whole = percentDecoded(text.substring(nameAt, nameEnd));
        String name = whole.substring(lastSeparator(whole) + 1);
        boolean parameter =
                name.length() < whole.length() || nameAt > 0 && SEPARATORS.indexOf(text.charAt(nameAt - 1)) >= 0;
        return isSecret(name, parameter) || isStreamId(text, nameEnd);
    }

    private static boolean isStreamId(String text, int nameEnd) {
        return text.regionMatches(true, nameEnd - STREAM_ID.length(), STREAM_ID, 0, STREAM_ID.length());
    }

    private static boolean isPlain(String streamId) {
        return PLAIN_STREAM_ID.matcher(streamId).matches();
    }

    private static int lastSeparator(String name) {
        int at = name.length() - 1;
        while (at >= 0 && SEPARATORS.indexOf(name.charAt(at)) < 0) {
            at--;
        }
        return at;
    }

    private static boolean isSecret(String name, boolean parameter) {
        return SECRET.matcher(name).matches()
                || parameter && PARAMETER_SECRET.matcher(name).matches();
    }

    /** {@code failure} for the log: its class, place and message, without anything that looks like a secret. */
    public static Throwable cause(Throwable failure) {
        String message = failure.getMessage() == null ? "" : ": " + text(failure.getMessage());
        Throwable clean = new RuntimeException(failure.getClass().getName() + message);
        clean.setStackTrace(failure.getStackTrace());
        return clean;
    }

    /** Percent-encodes all but letters, digits and {@code -._*}, for the user part of a URL. */
    public static String percentEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String percentDecoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
