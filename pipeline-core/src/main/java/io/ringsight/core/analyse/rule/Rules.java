package io.ringsight.core.analyse.rule;

import io.ringsight.core.analyse.event.EventLog;
import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import java.util.List;

/** The rules of one source. Its memory is made at once; a frame in which no rule is told allocates nothing. One thread. */
public final class Rules {
    private final RuleState[] states;

    /**
     * @param zoneNames of the source, in the order of {@link Detections#zones}
     * @throws IllegalArgumentException if a rule names another zone
     */
    public Rules(List<Rule> rules, List<String> zoneNames) {
        states = rules.stream()
                .map(rule -> new RuleState(rule, zone(rule, zoneNames)))
                .toArray(RuleState[]::new);
    }

    private static long zone(Rule rule, List<String> zoneNames) {
        String name = rule.condition().zone();
        if (name.isEmpty()) {
            return 0;
        }
        int index = zoneNames.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("rule " + rule.name() + ": there is no zone " + name);
        }
        return 1L << index;
    }

    /** Another model looks at the source. */
    public void labels(List<String> labels) {
        for (RuleState state : states) {
            state.labels(labels);
            state.interrupt();
        }
    }

    /** A frame that can be trusted, {@code stepS} seconds after the one before. */
    public void frame(FrameResult frame, double stepS, Watch watch, EventLog log) {
        for (RuleState state : states) {
            state.frame(frame, stepS, watch, log);
        }
    }

    /** Something went wrong: what lasts begins again. */
    public void reset() {
        for (RuleState state : states) {
            state.interrupt();
        }
    }
}
