package io.ringsight.app.config.place;

import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Severity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the {@code rules} of a source. */
public final class RulesReader {
    private static final String KEY = "rules";
    private static final int DEFAULT_QUIET_MS = 10_000;
    private static final Pattern FRAMES = Pattern.compile("([0-9]{1,4}) of ([0-9]{1,4})");
    private static final List<String> SEVERITIES =
            Arrays.stream(Severity.values()).map(Severity::wireName).toList();

    private final List<String> zones;
    private final Function<String, Optional<String>> problemOfName;

    /**
     * @param zones those of the source
     * @param problemOfName what is wrong with the name of a class, or of what a second model says, if anything is
     */
    public RulesReader(List<Zone> zones, Function<String, Optional<String>> problemOfName) {
        this.zones = zones.stream().map(Zone::name).toList();
        this.problemOfName = problemOfName;
    }

    /** Those that are right; what is wrong with the others is said. */
    public List<Rule> read(YamlObject source) {
        List<Rule> rules = new ArrayList<>();
        Map<String, Integer> names = new HashMap<>();
        List<YamlObject> entries = source.objects(KEY);
        for (YamlObject entry : entries) {
            rule(entry, PlaceNames.read(entry, names)).ifPresent(rules::add);
            entry.finish();
        }
        if (entries.size() > Rule.MAX_RULES) {
            source.mistake(KEY, "expected at most " + Rule.MAX_RULES + " rules, got " + entries.size());
            return List.of();
        }
        return rules;
    }

    private Optional<Rule> rule(YamlObject entry, String name) {
        String sentence = entry.text("sentence", "").strip();
        if (sentence.length() > Rule.MAX_SENTENCE) {
            entry.mistake(
                    "sentence", "expected at most " + Rule.MAX_SENTENCE + " characters, got " + sentence.length());
        }
        Rule.Condition condition = new Rule.Condition(
                classes(entry),
                entry.number("confidence", 0, 1, 0),
                zone(entry),
                entry.integer("count", 1, Rule.MAX_COUNT, 1));
        Optional<Rule.Lasting> lasting = lasting(entry);
        int quietMs = entry.integer("quietMs", 0, Rule.MAX_MS, DEFAULT_QUIET_MS);
        String severity = entry.word("severity", SEVERITIES, Severity.WARNING.wireName());
        return lasting.filter(read -> !condition.zone().isEmpty() && zones.contains(condition.zone())
                        || condition.zone().isEmpty())
                .map(read -> new Rule(name, sentence, condition, read, quietMs, severity(severity)));
    }

    private static Severity severity(String word) {
        return Severity.values()[Math.max(0, SEVERITIES.indexOf(word))];
    }

    private List<String> classes(YamlObject entry) {
        List<String> names = entry.texts("classes");
        for (String name : names) {
            problemOfName.apply(name).ifPresent(sentence -> entry.mistake("classes", sentence));
        }
        return names;
    }

    private String zone(YamlObject entry) {
        String zone = entry.text("zone", "").strip();
        if (!zone.isEmpty() && !zones.contains(zone)) {
            entry.mistake(
                    "zone",
                    "expected one of the source's zones, got " + YamlObject.quoted(zone)
                            + (zones.isEmpty() ? "; it has none" : "; it has " + String.join(", ", zones))
                            + Suggestion.of(zone, zones));
        }
        return zone;
    }

    private static Optional<Rule.Lasting> lasting(YamlObject entry) {
        int forMs = entry.integer("forMs", 0, Rule.MAX_MS, 0);
        String frames = entry.text("frames", "").strip();
        if (frames.isEmpty()) {
            return Optional.of(new Rule.Lasting(forMs, 0, 0));
        }
        if (forMs > 0) {
            entry.mistake("frames", "is beside forMs; expected one of them");
            return Optional.empty();
        }
        Matcher matcher = FRAMES.matcher(frames);
        int some = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        int all = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
        if (some < 1 || some > all || all > Rule.Lasting.MAX_FRAMES) {
            entry.mistake(
                    "frames",
                    "expected so many of the last frames, at most " + Rule.Lasting.MAX_FRAMES + ", as in 8 of 10, got "
                            + YamlObject.quoted(frames));
            return Optional.empty();
        }
        return Optional.of(new Rule.Lasting(0, some, all));
    }
}
