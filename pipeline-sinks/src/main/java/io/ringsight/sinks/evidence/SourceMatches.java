package io.ringsight.sinks.evidence;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.verdict.Grades;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.model.ModelSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which frames of a source matter: those in which a rule's event happens, and those that show a defect of a part. One thread. */
final class SourceMatches {
    /** The surest are kept. */
    static final int MAX_OBJECTS = 32;

    private final List<Rule> rules;
    private final Optional<Grades> grades;
    private ModelSpec model;
    private Grade[] gradeOfClass = {};

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
        grades = spec.parts().map(PartSpec::grades);
    }

    /** Whether a frame of the source ever matters. */
    static boolean isWanted(AnalysisSpec spec) {
        return !spec.rules().isEmpty() || spec.parts().isPresent();
    }

    /** What matters of this frame; null if nothing does. Allocates nothing then. */
    Match of(FrameResult frame) {
        if (frame.model() != model) {
            model = frame.model();
            gradeOfClass = grades.map(known -> known.of(frame.model().labels())).orElse(new Grade[0]);
        }
        boolean matches = !frame.ruleNames().isEmpty();
        Detections found = frame.detections();
        for (int i = 0; i < found.size() && !matches; i++) {
            matches = isDefect(found, i);
        }
        return matches ? collect(frame) : null;
    }

    private boolean isDefect(Detections found, int object) {
        int classId = found.classId(object);
        return classId >= 0
                && classId < gradeOfClass.length
                && gradeOfClass[classId] != Grade.PASS
                && found.confidence(object) >= (float) grades.orElseThrow().minConfidence();
    }

    private Match collect(FrameResult frame) {
        List<String> names = frame.ruleNames();
        List<Rule.Condition> conditions = rules.stream()
                .filter(rule -> names.contains(rule.name()))
                .map(Rule::condition)
                .toList();
        Detections found = frame.detections();
        List<Integer> objects = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            int object = i;
            if (isDefect(found, i) || conditions.stream().anyMatch(rule -> counts(frame, object, rule))) {
                objects.add(i);
            }
        }
        objects.sort(Comparator.comparingDouble(object -> -found.confidence(object)));
        List<Integer> surest = objects.subList(0, Math.min(MAX_OBJECTS, objects.size()));
        return new Match(
                List.copyOf(surest),
                surest.stream().map(object -> label(frame, object)).distinct().toList(),
                names);
    }

    private static boolean counts(FrameResult frame, int object, Rule.Condition rule) {
        Detections found = frame.detections();
        int zone = frame.zoneNames().indexOf(rule.zone());
        String label = label(frame, object);
        return found.confidence(object) >= (float) rule.confidence()
                && (zone < 0 || (found.zones(object) >> zone & 1) == 1)
                && (rule.classes().isEmpty() || rule.classes().stream().anyMatch(label::equalsIgnoreCase));
    }

    private static String label(FrameResult frame, int object) {
        int classId = frame.detections().classId(object);
        List<String> labels = frame.model().labels();
        return classId >= 0 && classId < labels.size() ? labels.get(classId) : "class-" + classId;
    }
}
