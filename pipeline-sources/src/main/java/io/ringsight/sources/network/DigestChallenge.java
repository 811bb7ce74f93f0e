package io.ringsight.sources.network;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server wants to be answered by digest (RFC 7616): MD5 and SHA-256, plain or for a session, with {@code qop}
 * {@code auth} or none.
 *
 * @param parameters of the challenge, names in small letters
 */
record DigestChallenge(Map<String, String> parameters) {
    private static final Pattern SCHEME = Pattern.compile("(?i)(?:^|,)\\s*(Basic|Digest)\\s+");
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z0-9_-]{1,64})\\s*=\\s*(?:\"([^\"]{0,4096})\"|([^\\s,\"]{1,4096}))");
    /** By preference. */
    private static final List<String> ALGORITHMS = List.of("SHA-256", "SHA-256-SESS", "MD5", "MD5-SESS");

    private static final List<String> OF_FFMPEG = List.of("MD5", "MD5-SESS");
    private static final int NONCE_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** All challenges of a kind in the values of {@code WWW-Authenticate} headers, in their order. */
    private static List<DigestChallenge> all(List<String> headers) {
        List<DigestChallenge> found = new ArrayList<>();
        for (String header : headers) {
            Matcher scheme = SCHEME.matcher(header);
            int at = 0;
            while (scheme.find(at)) {
                boolean isDigest = scheme.group(1).equalsIgnoreCase("Digest");
                at = scheme.end();
                int end = scheme.find(at) ? scheme.start() : header.length();
                if (isDigest) {
                    found.add(new DigestChallenge(parameters(header.substring(at, end))));
                }
            }
        }
        return found;
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            parameters.put(
                    matcher.group(1).toLowerCase(Locale.ROOT),
                    matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
        }
        return parameters;
    }

    /** The strongest that can be answered. */
    static Optional<DigestChallenge> best(List<String> headers) {
        List<DigestChallenge> all = all(headers);
        return ALGORITHMS.stream()
                .flatMap(algorithm -> all.stream()
                        .filter(one -> one.canBeAnswered() && one.algorithm().equals(algorithm)))
                .findFirst();
    }

    /** Whether FFmpeg can answer by itself: it takes the last digest challenge, and knows MD5 only. */
    static boolean isForFfmpeg(List<String> headers) {
        List<DigestChallenge> all = all(headers);
        return all.isEmpty() || OF_FFMPEG.contains(all.get(all.size() - 1).algorithm());
    }

    /** The algorithms asked for, for people. */
    static String algorithms(List<String> headers) {
        return String.join(
                ", ",
                all(headers).stream().map(DigestChallenge::algorithm).distinct().toList());
    }

    String algorithm() {
        return parameters.getOrDefault("algorithm", "MD5").toUpperCase(Locale.ROOT);
    }

    private boolean canBeAnswered() {
        return parameters.containsKey("nonce") && (!parameters.containsKey("qop") || offersAuth());
    }

    private boolean offersAuth() {
        return List.of(parameters
                        .getOrDefault("qop", "")
                        .toLowerCase(Locale.ROOT)
                        .split("[\\s,]+"))
                .contains("auth");
    }

    /**
     * The value of the {@code Authorization} header.
     *
     * @param count how many requests were answered with this nonce, this one included
     */
    String answer(String method, String uri, String username, String password, int count) {
        byte[] random = new byte[NONCE_BYTES];
        RANDOM.nextBytes(random);
        return answer(method, uri, username, password, count, HexFormat.of().formatHex(random));
    }

    String answer(String method, String uri, String username, String password, int count, String cnonce) {
        String realm = parameters.getOrDefault("realm", "");
        String nonce = parameters.get("nonce");
        String secret = hash(username + ":" + realm + ":" + password);
        if (algorithm().endsWith("-SESS")) {
            secret = hash(secret + ":" + nonce + ":" + cnonce);
        }
        String request = hash(method + ":" + uri);
        String nc = String.format(Locale.ROOT, "%08x", count);
        String response = offersAuth()
                ? hash(secret + ":" + nonce + ":" + nc + ":" + cnonce + ":auth:" + request)
                : hash(secret + ":" + nonce + ":" + request);
        StringBuilder header = new StringBuilder("Digest username=\"" + escaped(username) + "\", realm=\"" + realm
                + "\", nonce=\"" + nonce + "\", uri=\"" + uri + "\", response=\"" + response + "\"");
        if (parameters.containsKey("algorithm")) {
            header.append(", algorithm=").append(parameters.get("algorithm"));
        }
        if (parameters.containsKey("opaque")) {
            header.append(", opaque=\"").append(parameters.get("opaque")).append('"');
        }
        if (offersAuth()) {
            header.append(", qop=auth, nc=")
                    .append(nc)
                    .append(", cnonce=\"")
                    .append(cnonce)
                    .append('"');
        } else if (algorithm().endsWith("-SESS")) {
            header.append(", cnonce=\"").append(cnonce).append('"');
        }
        return header.toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private String hash(String text) {
        try {
            String name = algorithm().startsWith("SHA-256") ? "SHA-256" : "MD5";
            byte[] digest = MessageDigest.getInstance(name).digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
