package io.ringsight.sinks.kafka.client;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * The one door through which Kafka's own words pass before anybody reads them: its log, its exceptions and what they say
 * of a configuration. Hides the secrets of every client of this process, and whatever is called like one.
 *
 * <p>The secrets are known to the whole process and not to one sink, for Kafka's log lines do not say whose they are.
 * Any thread.
 */
public final class KafkaText {
    private static final String HIDDEN = "***";
    /** A secret of one or two letters stands in every word. */
    private static final int MIN_SECRET = 3;
    /** For a daemon whose configuration is read again and again: beyond it the oldest go. */
    private static final int MAX_SECRETS = 2_000;

    private static final int MAX_CAUSES = 16;

    static final String SECRET_NAME = "password|passwd|passphrase|secret|token|jaas[._-]?config|credential";
    private static final Pattern NAME = Pattern.compile("(?i)" + SECRET_NAME);
    /** Up to the line's end: where a quoted value ends, nobody can say of a text that is malformed. */
    private static final Pattern ASSIGNED =
            Pattern.compile("(?i)((?:" + SECRET_NAME + ")[a-z._-]{0,40}[\"']?\\s{0,8}=\\s{0,8})[^\\r\\n]+");
    /** Kafka quotes the piece of a malformed configuration that it stumbled over: of an unquoted password, a part. */
    private static final Pattern JAAS_PIECE = Pattern.compile("(?m)^.*\\bJAAS config\\b.*$");

    private static final String JAAS_SENTENCE = SaslConfigs.SASL_JAAS_CONFIG
            + " is not valid; its text is not shown for it holds a password. Expected MODULE required name=\"value\" ...;";

    private static final Pattern PIECES = Pattern.compile("[\\s;=\"']+");
    private static final Pattern HARMLESS = Pattern.compile("org\\.apache\\.kafka\\.[A-Za-z.]+|required|requisite"
            + "|sufficient|optional|username|password|true|false");

    private static final Set<String> KNOWN = new LinkedHashSet<>();
    private static final AtomicReference<List<String>> LONGEST_FIRST = new AtomicReference<>(List.of());

    private KafkaText() {}

    /** From now on hides the secrets among a client's properties. */
    public static void learn(Map<String, String> properties) {
        Set<String> secrets = new LinkedHashSet<>();
        properties.forEach((name, value) -> {
            if (isSecret(name)) {
                SecretForms.add(secrets, value);
            }
        });
        String jaas = properties.get(SaslConfigs.SASL_JAAS_CONFIG);
        if (jaas != null) {
            SecretForms.ofJaas(jaas).forEach(value -> SecretForms.add(secrets, value));
            if (ClientSecurity.jaasProblem(jaas) != null) {
                // Of a text that is malformed any piece may be a password's.
                PIECES.splitAsStream(jaas)
                        .filter(piece -> !HARMLESS.matcher(piece).matches())
                        .forEach(piece -> SecretForms.add(secrets, piece));
            }
        }
        secrets.removeIf(secret -> secret.length() < MIN_SECRET);
        synchronized (KNOWN) {
            if (KNOWN.containsAll(secrets)) {
                return;
            }
            KNOWN.addAll(secrets);
            var oldest = KNOWN.iterator();
            while (KNOWN.size() > MAX_SECRETS) {
                oldest.next();
                oldest.remove();
            }
            LONGEST_FIRST.set(KNOWN.stream()
                    .sorted(Comparator.comparing(String::length).reversed())
                    .toList());
        }
    }

    private static boolean isSecret(String name) {
        return NAME.matcher(name).find()
                || isPassword(ProducerConfig.configDef(), name)
                || isPassword(ConsumerConfig.configDef(), name);
    }

    private static boolean isPassword(ConfigDef definition, String name) {
        ConfigDef.ConfigKey key = definition.configKeys().get(name);
        return key != null && key.type == ConfigDef.Type.PASSWORD;
    }

    /** {@code text} of Kafka without secrets; null stays "null". */
    public static String clean(String text) {
        String clean = String.valueOf(text);
        for (String secret : LONGEST_FIRST.get()) {
            clean = clean.replace(secret, HIDDEN);
        }
        clean = ASSIGNED.matcher(clean).replaceAll("$1***");
        return JAAS_PIECE.matcher(clean).replaceAll(Matcher.quoteReplacement(JAAS_SENTENCE));
    }

    /** {@code failure} of Kafka for a log or as a cause: class, message, place and causes of each, without secrets. */
    public static RuntimeException clean(Throwable failure) {
        return clean(failure, MAX_CAUSES);
    }

    private static RuntimeException clean(Throwable failure, int left) {
        Throwable cause = failure.getCause();
        String message = failure.getMessage() == null ? "" : ": " + clean(failure.getMessage());
        RuntimeException clean = new RuntimeException(
                failure.getClass().getName() + message, cause == null || left == 0 ? null : clean(cause, left - 1));
        clean.setStackTrace(failure.getStackTrace());
        return clean;
    }
}
