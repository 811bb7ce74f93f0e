package io.ringsight.sinks.mqtt;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An MQTT broker, and who we are to it.
 *
 * @param url {@code mqtt://HOST:PORT}, or {@code mqtts} for TLS
 * @param version of the protocol
 * @param clientId what the broker knows this client by: one that connects with the same id drives the other out
 * @param user empty: none
 * @param password empty: none
 * @param caFile the authorities, in PEM, that the broker's certificate is checked against; empty: Java's own
 */
public record MqttBroker(
        String url, Version version, String clientId, String user, String password, Optional<Path> caFile) {
    public static final int MAX_CLIENT_ID = 100;

    private static final int PORT = 1_883;
    private static final int TLS_PORT = 8_883;
    private static final int MAX_PORT = 65_535;
    private static final String TLS = "mqtts";
    /** What a text of MQTT may have. */
    private static final int MAX_TEXT_BYTES = 65_535;

    /** Of the protocol. */
    public enum Version {
        V3("3.1.1"),
        V5("5");

        private final String word;

        Version(String word) {
            this.word = word;
        }

        /** As it is configured. */
        public String word() {
            return word;
        }

        /** The words of all. */
        public static List<String> words() {
            return Arrays.stream(values()).map(Version::word).toList();
        }

        /** The one of a word. */
        public static Version of(String word) {
            return Arrays.stream(values())
                    .filter(version -> version.word.equals(word))
                    .findFirst()
                    .orElse(V5);
        }
    }

    /** What is wrong with it: a sentence for each mistake, by the configuration key it belongs to. */
    public Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>();
        urlProblem().ifPresent(sentence -> problems.put("url", sentence));
        boolean isPlain = clientId.chars().allMatch(c -> c > ' ' && c < 127);
        if (!isPlain || clientId.length() > MAX_CLIENT_ID) {
            problems.put(
                    "clientId",
                    "expected at most " + MAX_CLIENT_ID + " printable ASCII characters without spaces, got "
                            + clientId.length() + " characters");
        }
        if (user.isEmpty() && !password.isEmpty()) {
            problems.put("password", "has a meaning together with user only; add user");
        } else if (user.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT_BYTES || user.indexOf('\0') >= 0) {
            problems.put("user", "expected a text of at most " + MAX_TEXT_BYTES + " bytes");
        }
        if (caFile.isPresent() && !url.toLowerCase(Locale.ROOT).startsWith(TLS + ":")) {
            problems.put("caFile", "has a meaning for mqtts:// only; expected url: mqtts://...");
        } else if (caFile.isPresent()) {
            Authorities.problem(caFile.get()).ifPresent(sentence -> problems.put("caFile", sentence));
        }
        return problems;
    }

    private Optional<String> urlProblem() {
        String expected = "expected a URL as in mqtt://broker.example:1883 or mqtts://broker.example:8883, ";
        try {
            URI uri = URI.create(url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (!scheme.equals("mqtt") && !scheme.equals(TLS) || uri.getHost() == null) {
                return Optional.of(expected + "got another");
            }
            if (uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
                return Optional.of(expected + "got port " + uri.getPort());
            }
            if (uri.getRawUserInfo() != null) {
                return Optional.of(expected + "got one with a user in it; use the keys user and password instead");
            }
            boolean isBare = (uri.getRawPath() + "").length() <= 1 && uri.getRawQuery() == null;
            return isBare && uri.getRawFragment() == null
                    ? Optional.empty()
                    : Optional.of(expected + "got one with more behind the port");
        } catch (IllegalArgumentException e) {
            return Optional.of(expected + "got another");
        }
    }

    /** Whether the connection is encrypted. */
    boolean isEncrypted() {
        return TLS.equalsIgnoreCase(URI.create(url).getScheme());
    }

    String host() {
        String host = URI.create(url).getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        int port = URI.create(url).getPort();
        return port > 0 ? port : isEncrypted() ? TLS_PORT : PORT;
    }

    /** {@code HOST:PORT}, for names; empty if the URL is none. */
    public String address() {
        return urlProblem().isPresent() ? "" : URI.create(url).getHost() + ":" + port();
    }

    /** Under another client id. */
    MqttBroker as(String otherClientId) {
        return new MqttBroker(url, version, otherClientId, user, password, caFile);
    }

    /** What keeps a text from being the name of a topic, as {@code expected …}; empty if nothing does. */
    public static Optional<String> topicProblem(String topic) {
        boolean isPlain = topic.chars().allMatch(c -> c > ' ' && c < 127 && c != '+' && c != '#');
        boolean isWhole = !topic.isEmpty()
                && !topic.startsWith("/")
                && !topic.endsWith("/")
                && !topic.contains("//")
                && !topic.startsWith("$");
        return isPlain && isWhole && topic.length() <= 200
                ? Optional.empty()
                : Optional.of("expected the name of a topic as in plant/line1: 1 to 200 printable ASCII characters"
                        + " without spaces, + and #, no $ in front, and no / at either end");
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return address() + " by MQTT " + version.word() + (url.startsWith(TLS) ? " over TLS" : "");
    }
}
