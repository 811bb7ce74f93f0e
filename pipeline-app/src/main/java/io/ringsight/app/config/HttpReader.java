package io.ringsight.app.config;

import io.ringsight.app.config.tls.TlsException;
import io.ringsight.app.config.tls.TlsFiles;
import io.ringsight.app.config.yaml.YamlErrors;
import io.ringsight.app.config.yaml.YamlObject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads the section {@code http}. */
final class HttpReader {
    private static final List<String> METRICS = List.of("viewer", "open");
    private static final String CERT = "certFile";
    private static final String KEY = "keyFile";

    private final YamlErrors errors;
    private final YamlObject yaml;

    HttpReader(YamlErrors errors, YamlObject yaml) {
        this.errors = errors;
        this.yaml = yaml;
    }

    /** The section with defaults for what it does not say; its mistakes are with the errors. */
    HttpConfig read() {
        String bind = yaml.text("bind", HttpConfig.DEFAULT_BIND);
        boolean known = isKnown(bind);
        int port = yaml.integer("port", 0, 65_535, HttpConfig.DEFAULT_PORT);
        int timeout = yaml.integer("publishTimeoutSeconds", 1, 86_400, HttpConfig.DEFAULT_PUBLISH_TIMEOUT_SECONDS);
        HttpAuth auth = yaml.object("auth").map(this::auth).orElse(new HttpAuth("", "", false));
        Optional<TlsFiles> tls = yaml.object("tls").flatMap(this::tls);
        List<String> hosts = hosts();
        yaml.finish();
        Place place = new Place(errors.file(), yaml.lineOf("port"), yaml.keyPath("port"));
        HttpConfig config = new HttpConfig(bind, port, timeout, auth, tls, hosts, place);
        if (known && !config.isLoopback() && !auth.hasToken() && !auth.metricsOpen()) {
            yaml.mistake(
                    "bind",
                    "expected a token beside it, because other machines can reach " + bind
                            + ": auth: {viewerToken: \"${file:PATH}\"} (openssl rand -hex 24 makes one), or auth:"
                            + " {metrics: open} to serve no more than /live, /ready, /started and /metrics, to everybody");
        }
        return config;
    }

    private boolean isKnown(String bind) {
        try {
            InetAddress.getByName(bind);
            return true;
        } catch (UnknownHostException e) {
            yaml.mistake("bind", "expected an address or host name of this machine, got " + YamlObject.quoted(bind));
            return false;
        }
    }

    private HttpAuth auth(YamlObject auth) {
        String viewer = token(auth, "viewerToken");
        String operator = token(auth, "operatorToken");
        boolean metricsOpen = auth.word("metrics", METRICS, METRICS.get(0)).equals("open");
        auth.finish();
        if (!viewer.isEmpty() && viewer.equals(operator)) {
            auth.mistake("operatorToken", "expected another token than viewerToken's, got the same");
        }
        return new HttpAuth(viewer, operator, metricsOpen);
    }

    private static String token(YamlObject auth, String key) {
        String token = auth.text(key, "");
        int length = token.length();
        boolean visible = token.chars().allMatch(c -> c > ' ' && c < 127);
        if (length > 0 && (!visible || length < HttpAuth.MIN_TOKEN_LENGTH || length > HttpAuth.MAX_TOKEN_LENGTH)) {
            auth.mistake(
                    key,
                    "expected " + HttpAuth.MIN_TOKEN_LENGTH + " to " + HttpAuth.MAX_TOKEN_LENGTH
                            + " visible ASCII characters, got " + length + (visible ? "" : ", some of another kind")
                            + "; openssl rand -hex 24 makes a token");
        }
        return token;
    }

    private List<String> hosts() {
        List<String> hosts = yaml.texts("hosts");
        for (String host : hosts) {
            if (!host.matches("[A-Za-z0-9._-]{1,253}")) {
                yaml.mistake("hosts", "expected names without a port, got " + YamlObject.quoted(host));
            }
        }
        return hosts;
    }

    private Optional<TlsFiles> tls(YamlObject tls) {
        Optional<Path> certificate = path(tls, CERT, KEY);
        Optional<Path> key = path(tls, KEY, CERT);
        tls.finish();
        if (certificate.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        TlsFiles files = new TlsFiles(certificate.get(), key.get());
        try {
            files.load();
        } catch (TlsException e) {
            tls.mistake(e.isOfKey() ? KEY : CERT, e.getMessage());
        }
        return Optional.of(files);
    }

    private static Optional<Path> path(YamlObject tls, String key, String other) {
        String text = tls.text(key, "");
        if (text.isEmpty()) {
            if (!tls.text(other, "").isEmpty()) {
                tls.mistake(key, "expected a PEM file beside " + other + ", got none");
            }
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            tls.mistake(key, "expected a path, but " + e.getReason());
            return Optional.empty();
        }
    }
}
