package io.ringsight.sinks.kafka.client;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.UnrecoverableKeyException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * TLS and SASL properties, tried without a broker: what the client itself would find only when it connects. The
 * sentences are our own and hold no value: Kafka's may hold pieces of a password.
 */
public final class ClientSecurity {
    private static final String PROTOCOL = "security.protocol";
    private static final List<String> USER_AND_PASSWORD = List.of("username", "password");

    private ClientSecurity() {}

    /**
     * What is wrong: a sentence by property name.
     *
     * @param given the user's properties
     * @param parsed all properties of the client as Kafka parsed them
     */
    public static Map<String, String> problems(Map<String, String> given, Map<String, ?> parsed) {
        Map<String, String> problems = new TreeMap<>();
        String protocol = String.valueOf(parsed.get(PROTOCOL)).toUpperCase(Locale.ROOT);
        String jaas = given.get(SaslConfigs.SASL_JAAS_CONFIG);
        if (jaas != null) {
            String problem = jaasProblem(jaas);
            if (problem != null) {
                problems.put(SaslConfigs.SASL_JAAS_CONFIG, problem);
            }
        } else if (protocol.startsWith("SASL_") && System.getProperty("java.security.auth.login.config") == null) {
            problems.put(PROTOCOL, "needs " + SaslConfigs.SASL_JAAS_CONFIG + ", which says who logs in");
        }
        if (protocol.endsWith("SSL")) {
            storeProblems(given, parsed, problems);
        }
        return problems;
    }

    /** What is wrong with a {@code sasl.jaas.config}, or null. */
    static String jaasProblem(String jaas) {
        List<AppConfigurationEntry> modules;
        try {
            modules = JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(jaas)))
                    .configurationEntries();
        } catch (IllegalArgumentException | KafkaException | SecurityException e) {
            return "is no JAAS configuration: expected MODULE required name=\"value\" ...; with a quote or backslash in a"
                    + " value written as \\\" or \\\\, and a semicolon at the end";
        }
        for (AppConfigurationEntry module : modules) {
            String problem = moduleProblem(module);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static String moduleProblem(AppConfigurationEntry module) {
        try {
            Class.forName(module.getLoginModuleName(), false, ClientSecurity.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return "names a login module that is not there; expected e.g."
                    + " org.apache.kafka.common.security.scram.ScramLoginModule or ...plain.PlainLoginModule";
        }
        boolean needsUser = module.getLoginModuleName().endsWith(".ScramLoginModule")
                || module.getLoginModuleName().endsWith(".PlainLoginModule");
        if (needsUser && !module.getOptions().containsKey("tokenauth")) {
            for (String option : USER_AND_PASSWORD) {
                Object value = module.getOptions().get(option);
                if (value == null || value.toString().isEmpty()) {
                    return "has no " + option;
                }
            }
        }
        return null;
    }

    private static void storeProblems(Map<String, String> given, Map<String, ?> parsed, Map<String, String> problems) {
        for (String key : List.of(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)) {
            String location = given.get(key);
            String problem = location == null ? null : fileProblem(location);
            if (problem != null) {
                problems.put(key, problem);
            }
        }
        if (!problems.isEmpty() || given.containsKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG)) {
            return;
        }
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(parsed);
        } catch (KafkaException | IllegalArgumentException e) {
            problems.put(storeAtFault(given, e), storeProblem(e));
        }
    }

    private static String fileProblem(String location) {
        try {
            Path path = Path.of(location);
            if (!Files.exists(path)) {
                return "expected a file, but there is no " + location;
            }
            if (Files.isDirectory(path)) {
                return "expected a file, but " + location + " is a directory";
            }
            return Files.isReadable(path) ? null : "expected a file this user may read, but " + location + " is none";
        } catch (InvalidPathException e) {
            return "expected a path, but " + e.getReason();
        }
    }

    private static String storeAtFault(Map<String, String> given, Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        String keystore = given.get(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);
        boolean isKeystore = keystore != null && text.contains(keystore)
                || !given.containsKey(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG);
        String wanted =
                isKeystore ? SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG : SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG;
        return given.containsKey(wanted) ? wanted : PROTOCOL;
    }

    private static String storeProblem(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            boolean isPassword = cause instanceof UnrecoverableKeyException
                    || String.valueOf(cause.getMessage()).contains("password was incorrect");
            if (isPassword) {
                return "is not opened by the password that is given for it";
            }
            if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
                return "names a file that is not there";
            }
            if (cause instanceof AccessDeniedException) {
                return "names a file that this user may not read";
            }
        }
        return "cannot be read; is it of the type that ssl.truststore.type or ssl.keystore.type says (JKS, PKCS12 or"
                + " PEM), and complete?";
    }
}
