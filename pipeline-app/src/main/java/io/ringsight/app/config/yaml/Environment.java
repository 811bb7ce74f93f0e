package io.ringsight.app.config.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables, and what files hold, into values.
 *
 * @param variables by name
 */
public record Environment(Map<String, String> variables) {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)\\}?");
    private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?", Pattern.DOTALL);

    /** A value with its variables put in, and what was wrong with them. */
    record Result(String text, List<String> mistakes) {}

    /** How what a variable holds is put into a text. */
    @FunctionalInterface
    public interface Quoting {
        /** As it is. */
        Quoting NONE = (before, held) -> held;

        /**
         * What to put in.
         *
         * @param before the text up to there, as it was written
         * @param held what the variable holds
         */
        String quote(String before, String held);
    }

    /** Whether the value names variables, so that its quotes say nothing of its type. */
    static boolean isTemplate(String value) {
        return value.contains("${");
    }

    Result substitute(String value, Quoting quoting) {
        if (!isTemplate(value)) {
            return new Result(value, List.of());
        }
        List<String> mistakes = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Matcher matcher = REFERENCE.matcher(value);
        while (matcher.find()) {
            String replacement = matcher.group(1) == null
                    ? "${"
                    : quoting.quote(value.substring(0, matcher.start()), variable(matcher, mistakes));
            matcher.appendReplacement(text, Matcher.quoteReplacement(replacement));
        }
        matcher.appendTail(text);
        return new Result(text.toString(), mistakes);
    }

    private String variable(Matcher matcher, List<String> mistakes) {
        if (matcher.group(1).startsWith(SecretFile.PREFIX) && matcher.group().endsWith("}")) {
            return SecretFile.read(matcher.group(1).substring(SecretFile.PREFIX.length()), mistakes);
        }
        Matcher name = NAME.matcher(matcher.group(1));
        if (!matcher.group().endsWith("}") || !name.matches()) {
            mistakes.add(
                    "expected ${NAME}, ${NAME:-default} or ${file:PATH}, got " + YamlObject.quoted(matcher.group()));
            return "";
        }
        String set = variables.get(name.group(1));
        String otherwise = name.group(3);
        if (otherwise != null && (set == null || set.isEmpty())) {
            return otherwise;
        }
        if (set == null) {
            mistakes.add("expected the environment variable " + name.group(1) + ", but it is not set (write ${"
                    + name.group(1) + ":-text} to give a default)");
            return "";
        }
        return set;
    }
}
