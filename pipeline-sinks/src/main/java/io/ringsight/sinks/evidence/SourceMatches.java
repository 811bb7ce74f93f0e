package io.ringsight.sinks.evidence;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.named.NamedObjects;
import io.ringsight.core.analyse.named.NamedObjects.Answer;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.verdict.Grading;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which frames of a source matter: those in which a rule's event happens, and those that show a defect of a part. One thread. */
final class SourceMatches {
    /** The surest are kept. */
    static final int MAX_OBJECTS = 32;

    private final List<Rule> rules;
    /** Null where parts are not judged. */
    private final Grading grading;

    /**
     * What matters of a frame.
     *
     * @param objects by their places among the frame's, the surest first
     * @param labels of these objects, each once
     * @param rules names of rules
     */
    record Match(List<Integer> objects, List<String> labels, List<String> rules) {}

    SourceMatches(AnalysisSpec spec) {
        rules = spec.rules();
        grading = spec.parts().map(parts -> new Grading(parts.grades())).orElse(null);
    }

    /** Whether a frame of the source ever matters. */
    static boolean isWanted(AnalysisSpec spec) {
        return !spec.rules().isEmpty() || spec.parts().isPresent();
    }

    /** What matters of this frame; null if nothing does. Allocates nothing then. */
    Match of(FrameResult frame) {
        if (grading != null) {
            grading.begin(frame);
        }
        boolean matches = !frame.ruleNames().isEmpty();
        for (int i = 0; i < frame.detections().size() && !matches; i++) {
            matches = isDefect(i);
        }
        return matches ? collect(frame) : null;
    }

    private boolean isDefect(int object) {
        return grading != null && grading.of(object) != Grade.PASS;
    }

    private Match collect(FrameResult frame) {
        List<String> names = frame.ruleNames();
        List<Counting> conditions = rules.stream()
                .filter(rule -> names.contains(rule.name()))
                .map(rule -> new Counting(rule.condition(), frame.model().labels()))
                .toList();
        Detections found = frame.detections();
        List<Integer> objects = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            int object = i;
            if (isDefect(i) || conditions.stream().anyMatch(rule -> rule.counts(frame, object))) {
                objects.add(i);
            }
        }
        objects.sort(Comparator.comparingDouble(object -> -found.confidence(object)));
        List<Integer> surest = objects.subList(0, Math.min(MAX_OBJECTS, objects.size()));
        return new Match(
                List.copyOf(surest),
                surest.stream()
                        .map(object -> frame.model().label(found.classId(object)))
                        .distinct()
                        .toList(),
                names);
    }

    /** Which objects count for a rule. */
    private static final class Counting {
        private final Rule.Condition condition;
        private final NamedObjects names;

        Counting(Rule.Condition condition, List<String> labels) {
            this.condition = condition;
            names = new NamedObjects(condition.names());
            names.labels(labels);
        }

        boolean counts(FrameResult frame, int object) {
            Detections found = frame.detections();
            int zone = frame.zoneNames().indexOf(condition.zone());
            return found.confidence(object) >= (float) condition.confidence()
                    && (zone < 0 || (found.zones(object) >> zone & 1) == 1)
                    && (condition.names().isEmpty()
                            || names.has(frame.attributes(), object, found.classId(object)) == Answer.YES);
        }
    }
}
