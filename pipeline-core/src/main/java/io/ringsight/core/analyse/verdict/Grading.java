package io.ringsight.core.analyse.verdict;

import io.ringsight.core.analyse.named.NamedObjects;
import io.ringsight.core.analyse.named.NamedObjects.Answer;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.model.ModelSpec;

/**
 * Says how bad the objects of a source are: {@link #begin} for each frame, then {@link #of} for its objects. Where a second
 * model does not say what the grade depends on there is a doubt. One thread; allocates only when the model changes.
 */
public final class Grading {
    private final NamedObjects rework;
    private final NamedObjects reject;
    /** As the model's confidences are: 0.7 of a configuration is above 0.7 of a model. */
    private final float minConfidence;

    private FrameResult frame;
    private ModelSpec model;
    private int changesBefore;
    private int doubts;
    private String name;

    public Grading(Grades grades) {
        rework = new NamedObjects(grades.rework());
        reject = new NamedObjects(grades.reject());
        minConfidence = (float) grades.minConfidence();
    }

    /** Another frame. */
    public void begin(FrameResult next) {
        frame = next;
        if (frame.model() != model) {
            changesBefore = model == null ? 0 : modelChanges() + 1;
            model = frame.model();
            rework.labels(model.labels());
            reject.labels(model.labels());
        }
        doubts = rework.lacksClass() || reject.lacksClass() ? Doubt.CLASS_MISSING.bit() : 0;
    }

    /** How bad an object of the frame is, as far as is known; {@code PASS} if it is no defect. */
    public Grade of(int object) {
        if (frame.detections().confidence(object) < minConfidence) {
            return Grade.PASS;
        }
        if (is(reject, object)) {
            return Grade.REJECT;
        }
        return is(rework, object) ? Grade.REWORK : Grade.PASS;
    }

    private boolean is(NamedObjects names, int object) {
        Answer answer = names.has(frame.attributes(), object, frame.detections().classId(object));
        doubts |= doubt(answer);
        name = names.name();
        return answer == Answer.YES;
    }

    private static int doubt(Answer answer) {
        return switch (answer) {
            case NO, YES -> 0;
            case FAILED -> Doubt.MODEL_FAILED.bit();
            case CUT -> Doubt.CUT.bit();
            case NO_SUCH_CLASS -> Doubt.CLASS_MISSING.bit();
        };
    }

    /** What makes the last object a defect: its class, or what a second model says of it. */
    String name() {
        return name;
    }

    /** {@link Doubt} bits of the frame and of its objects so far. */
    int doubts() {
        return doubts;
    }

    /** How often any of the models that grades depend on was seen to be another one. */
    int modelChanges() {
        return changesBefore + rework.changes() + reject.changes();
    }
}
