package io.ringsight.sinks.kafka.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts as which a secret may show: as it is written in a configuration, as it is meant, and as others quote it. */
final class SecretForms {
    private static final Pattern OPTION =
            Pattern.compile("(?i)(?:" + KafkaText.SECRET_NAME + ")[a-z._-]{0,40}\\s{0,8}=\\s{0,8}");

    private SecretForms() {}

    /** The secret options of a JAAS configuration, as written there: in quotes or up to the next space or semicolon. */
    static List<String> ofJaas(String jaas) {
        List<String> values = new ArrayList<>();
        Matcher option = OPTION.matcher(jaas);
        int at = 0;
        while (option.find(at)) {
            int from = option.end();
            at = valueEnd(jaas, from);
            boolean quoted = at > from && "\"'".indexOf(jaas.charAt(from)) >= 0;
            boolean closed = quoted && at > from + 1 && jaas.charAt(at - 1) == jaas.charAt(from);
            values.add(jaas.substring(quoted ? from + 1 : from, closed ? at - 1 : at));
        }
        return values;
    }

    /** By hand and not by a pattern: that would need a stack as deep as the value is long. */
    private static int valueEnd(String jaas, int from) {
        char quote = from < jaas.length() && "\"'".indexOf(jaas.charAt(from)) >= 0 ? jaas.charAt(from) : 0;
        for (int at = quote == 0 ? from : from + 1; at < jaas.length(); at++) {
            char c = jaas.charAt(at);
            if (quote != 0 && c == '\\') {
                at++;
            } else if (quote != 0 && c == quote) {
                return at + 1;
            } else if (quote == 0 && (c == ';' || Character.isWhitespace(c))) {
                return at;
            }
        }
        return jaas.length();
    }

    /** A secret as written and as meant, and as others quote it. */
    static void add(Set<String> secrets, String written) {
        String meant = unescaped(written);
        for (String form : List.of(written, written.strip(), meant)) {
            secrets.add(form);
            secrets.add(escaped(form));
            secrets.add(URLEncoder.encode(form, StandardCharsets.UTF_8));
            secrets.add(URLEncoder.encode(form, StandardCharsets.UTF_8).replace("+", "%20"));
            secrets.add(Base64.getEncoder().encodeToString(form.getBytes(StandardCharsets.UTF_8)));
            // Of a text with several lines, one may be told.
            form.lines().map(String::strip).forEach(secrets::add);
        }
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                char next = text.charAt(i);
                c = next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
            }
            plain.append(c);
        }
        return plain.toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }
}
