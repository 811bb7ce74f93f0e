package io.ringsight.core.analyse.rule;

import io.ringsight.core.analyse.event.EventLog;
import io.ringsight.core.analyse.event.Watch;
import io.ringsight.core.analyse.named.NamedObjects;
import io.ringsight.core.analyse.named.NamedObjects.Answer;
import io.ringsight.core.decision.Event;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import java.util.List;

/**
 * How one rule stands. It is told when its condition has lasted; then it is silent until the condition was seen not to be met
 * for its quiet time. Time that nobody saw counts for neither, nor do frames in which a second model does not say what the
 * condition depends on. Made once; one thread.
 */
final class RuleState {
    private static final double MS_PER_S = 1_000;
    private static final int NONE = -1;
    /** Sums of steps are not exact to the last bit. */
    private static final double TOLERANCE_S = 1e-6;

    private final Rule rule;
    private final Event.What what;
    private final long zone;
    /** Null where all objects count. */
    private final NamedObjects names;

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
    /** Objects of the frame that may count. */
    private int open;

    private boolean wasOpen;
    /** Seconds that were seen, and in which nobody knows whether it was so. */
    private double openS;

    /** @param zone the bit of the zone that it looks at; 0: everywhere */
    RuleState(Rule rule, long zone) {
        this.rule = rule;
        this.zone = zone;
        confidence = (float) rule.condition().confidence();
        names = rule.condition().names().isEmpty()
                ? null
                : new NamedObjects(rule.condition().names());
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
        if (names != null) {
            names.labels(labels);
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
    void frame(FrameResult frame, double stepS, Watch watch, EventLog log) {
        int count = count(frame);
        boolean isNow = count >= rule.condition().count();
        if (!isNow && count + open >= rule.condition().count()) {
            wasOpen = true;
            return;
        }
        if (wasOpen) {
            openS += watch.nowS() - missingS(watch) - seenBeforeS;
            wasOpen = false;
        }
        double seenS = watch.nowS() - missingS(watch);
        boolean lasts = window == null ? lasts(isNow, watch) : lastsInWindow(isNow, watch);
        boolean rests = window == null ? !isNow : !lasts;
        quietS = rests ? quietS + seenS - seenBeforeS : 0;
        seenBeforeS = seenS;
        if (isTold && rests && quietS * MS_PER_S + TOLERANCE_S * MS_PER_S >= rule.quietMs()) {
            isTold = false;
        }
        if (lasts && !isTold) {
            isTold = true;
            tell(frame.detections(), count, stepS, watch, log);
        }
    }

    private double missingS(Watch watch) {
        return watch.missingS() + openS;
    }

    private int count(FrameResult frame) {
        int count = 0;
        subject = NONE;
        open = 0;
        for (int object = 0; object < frame.detections().size(); object++) {
            Answer answer = counts(frame, object);
            if (answer == Answer.YES) {
                count++;
                subject = object;
            }
            open += answer.isOpen() ? 1 : 0;
        }
        return count;
    }

    private Answer counts(FrameResult frame, int object) {
        Detections found = frame.detections();
        boolean isFollowed = found.track(object) != Detections.NO_TRACK;
        int classId = isFollowed ? found.trackClassId(object) : found.classId(object);
        boolean isThere = zone == 0 || (found.zones(object) & zone) != 0;
        if (!isThere || found.confidence(object) < confidence) {
            return Answer.NO;
        }
        return names == null ? Answer.YES : names.has(frame.attributes(), object, classId);
    }

    private boolean lasts(boolean isNow, Watch watch) {
        if (isNow && !isSo) {
            sinceS = watch.nowS();
            missingBeforeS = missingS(watch);
        }
        isSo = isNow;
        double seenS = watch.nowS() - sinceS - (missingS(watch) - missingBeforeS);
        return isNow && (seenS + TOLERANCE_S) * MS_PER_S >= rule.lasting().forMs();
    }

    private boolean lastsInWindow(boolean isNow, Watch watch) {
        window.add(isNow, watch.nowS(), missingS(watch));
        sinceS = window.sinceS();
        missingBeforeS = window.missingBeforeS();
        return window.soCount() >= rule.lasting().frames();
    }

    private void tell(Detections found, int count, double stepS, Watch watch, EventLog log) {
        Event.Figures figures = new Event.Figures(
                Math.round((watch.nowS() - sinceS) * MS_PER_S),
                Math.round((missingS(watch) - missingBeforeS) * MS_PER_S),
                count);
        boolean isOne = count == 1 && found.track(subject) != Detections.NO_TRACK;
        log.add(
                what,
                log.within(stepS),
                isOne ? log.subject(found.track(subject), found.trackClassId(subject)) : null,
                figures);
    }
}
