package io.ringsight.app.config;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;

/** Passwords people really have. Each holds the word by which it is found in whatever should not hold it. */
public final class OddPasswords {
    /** In every password. */
    public static final String WORD = "Zq7xKv93";

    public static final List<String> ALL = List.of(
            WORD,
            WORD + "\"" + WORD,
            "\"" + WORD + "\"",
            WORD + "\\" + WORD,
            WORD + "\\\"",
            WORD + "\\\\",
            "'" + WORD + "'",
            WORD + "'\"" + WORD,
            WORD + "$HOME",
            "${" + WORD + "}",
            WORD + "$${x}",
            WORD + "\n" + WORD,
            WORD + "\r\n" + WORD,
            WORD + "%s%n%d",
            WORD + "%22",
            "pässwörd-" + WORD + "-密碼-🔒",
            WORD + ";" + WORD,
            WORD + "=" + WORD + " required",
            WORD + " with spaces ",
            "//" + WORD,
            "/*" + WORD + "*/",
            WORD + "{}" + WORD,
            WORD + "@host:9092/" + WORD,
            WORD + "\t#" + WORD,
            "\\n" + WORD + "\\101");

    private OddPasswords() {}

    /** The password Kafka itself reads from a JAAS configuration. */
    public static Object inJaas(String jaas) {
        return JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(jaas)))
                .configurationEntries()
                .get(0)
                .getOptions()
                .get("password");
    }
}
