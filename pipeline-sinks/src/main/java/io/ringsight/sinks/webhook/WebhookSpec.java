package io.ringsight.sinks.webhook;

import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.SinkSpec;
import io.ringsight.sinks.spool.SpoolSpec;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where to post.
 *
 * @param url of the receiver, http or https
 * @param secret what the receiver knows signatures by; empty: they are not signed
 * @param timeoutMs how long the receiver may take to answer
 * @param limits what the queue in memory holds
 * @param spool where what is not answered outlives the process, if at all
 */
public record WebhookSpec(String url, String secret, long timeoutMs, QueueLimits limits, Optional<SpoolSpec> spool)
        implements SinkSpec {
    public static final long MIN_TIMEOUT_MS = 100;
    public static final long MAX_TIMEOUT_MS = 60_000;
    public static final long DEFAULT_TIMEOUT_MS = 5_000;
    /** Shorter ones can be tried out. */
    public static final int MIN_SECRET = 16;

    private static final int MAX_PORT = 65_535;

    /** What is wrong with it: a sentence for each mistake, by the configuration key it belongs to. */
    public Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>();
        urlProblem().ifPresent(sentence -> problems.put("url", sentence));
        if (!secret.isEmpty() && secret.length() < MIN_SECRET) {
            problems.put("secret", "expected at least " + MIN_SECRET + " characters, got " + secret.length());
        } else {
            Signature.problem(secret).ifPresent(sentence -> problems.put("secret", sentence));
        }
        return problems;
    }

    private Optional<String> urlProblem() {
        String expected = "expected a URL as in https://gate.example/verdicts, ";
        try {
            URI uri = URI.create(url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null) {
                return Optional.of(expected + "got another");
            }
            if (uri.getPort() > MAX_PORT) {
                return Optional.of(expected + "got port " + uri.getPort());
            }
            if (uri.getRawUserInfo() != null) {
                return Optional.of(expected + "got one with a user in it; sign with secret instead");
            }
            return uri.getRawFragment() == null ? Optional.empty() : Optional.of(expected + "got one with a #");
        } catch (IllegalArgumentException e) {
            return Optional.of(expected + "got another");
        }
    }

    /** {@code webhook:HOST/PATH}: without its query, which may hold a token. */
    @Override
    public String name() {
        try {
            URI uri = URI.create(url);
            String path = uri.getRawPath() == null ? "" : uri.getRawPath();
            return "webhook:" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path;
        } catch (IllegalArgumentException e) {
            return "webhook:";
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return name();
    }
}
