package io.ringsight.core.analyse.rule;

import io.ringsight.core.analyse.event.EventLog;
import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.decision.Event;
import io.ringsight.core.detect.Detections;
import java.util.BitSet;
import java.util.List;

/**
 * How one rule stands. It is told when its condition has lasted; then it is silent until the condition was seen not to be met
 * for its quiet time. Time that nobody saw counts for neither. Made once; one thread.
 */
final class RuleState {
    private static final double MS_PER_S = 1_000;
    private static final int NONE = -1;
    /** Sums of steps are not exact to the last bit. */
    private static final double TOLERANCE_S = 1e-6;

    private final Rule rule;
    private final Event.What what;
    private final long zone;
    private final BitSet classes = new BitSet();
    /** As the model's confidences are: 0.7 of a configuration is above 0.7 of a model. */
    private final float confidence;

    /** Null where a time counts. */
    private final Window window;

    private boolean isSo;
    private double sinceS;
    private double missingBeforeS;
    private boolean isTold;
    /** Seen seconds in which the condition was not met since it was last. */
    private double quietS;

    private double seenBeforeS;
    private int subject;

    /** @param zone the bit of the zone that it looks at; 0: everywhere */
    RuleState(Rule rule, long zone) {
        this.rule = rule;
        this.zone = zone;
        confidence = (float) rule.condition().confidence();
        window = rule.lasting().frames() > 0 ? new Window(rule.lasting().ofLast()) : null;
        what = new Event.What(
                Event.Kind.RULE,
                rule.name(),
                null,
                rule.severity(),
                rule.sentence().isEmpty() ? null : rule.sentence());
    }

    /** Another model looks at the source. */
    void labels(List<String> labels) {
        classes.clear();
        for (int id = 0; id < labels.size(); id++) {
            String label = labels.get(id);
            classes.set(id, rule.condition().classes().stream().anyMatch(label::equalsIgnoreCase));
        }
    }

    /** What was so may not be any more: what lasts begins again. */
    void interrupt() {
        isSo = false;
        if (window != null) {
            window.clear();
        }
    }

    /**
     * The next frame.
     *
     * @param stepS seconds since the frame before
     */
    void frame(Detections found, double stepS, Watch watch, EventLog log) {
        int count = count(found);
        boolean isNow = count >= rule.condition().count();
        double seenS = watch.nowS() - watch.missingS();
        boolean lasts = window == null ? lasts(isNow, watch) : lastsInWindow(isNow, watch);
        boolean rests = window == null ? !isNow : !lasts;
        quietS = rests ? quietS + seenS - seenBeforeS : 0;
        seenBeforeS = seenS;
        if (isTold && rests && quietS * MS_PER_S + TOLERANCE_S * MS_PER_S >= rule.quietMs()) {
            isTold = false;
        }
        if (lasts && !isTold) {
            isTold = true;
            tell(found, count, stepS, watch, log);
        }
    }

    private int count(Detections found) {
        int count = 0;
        subject = NONE;
        for (int object = 0; object < found.size(); object++) {
            if (counts(found, object)) {
                count++;
                subject = object;
            }
        }
        return count;
    }

    private boolean counts(Detections found, int object) {
        boolean isFollowed = found.track(object) != Detections.NO_TRACK;
        int classId = isFollowed ? found.trackClassId(object) : found.classId(object);
        boolean isThere = zone == 0 || (found.zones(object) & zone) != 0;
        return isThere
                && found.confidence(object) >= confidence
                && (rule.condition().classes().isEmpty() || classId >= 0 && classes.get(classId));
    }

    private boolean lasts(boolean isNow, Watch watch) {
        if (isNow && !isSo) {
            sinceS = watch.nowS();
            missingBeforeS = watch.missingS();
        }
        isSo = isNow;
        double seenS = watch.nowS() - sinceS - (watch.missingS() - missingBeforeS);
        return isNow && (seenS + TOLERANCE_S) * MS_PER_S >= rule.lasting().forMs();
    }

    private boolean lastsInWindow(boolean isNow, Watch watch) {
        window.add(isNow, watch);
        sinceS = window.sinceS();
        missingBeforeS = window.missingBeforeS();
        return window.soCount() >= rule.lasting().frames();
    }

    private void tell(Detections found, int count, double stepS, Watch watch, EventLog log) {
        Event.Figures figures = new Event.Figures(
                Math.round((watch.nowS() - sinceS) * MS_PER_S),
                Math.round((watch.missingS() - missingBeforeS) * MS_PER_S),
                count);
        boolean isOne = count == 1 && found.track(subject) != Detections.NO_TRACK;
        log.add(
                what,
                log.within(stepS),
                isOne ? log.subject(found.track(subject), found.trackClassId(subject)) : null,
                figures);
    }
}
