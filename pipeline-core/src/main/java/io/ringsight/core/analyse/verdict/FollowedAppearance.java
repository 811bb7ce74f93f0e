package io.ringsight.core.analyse.verdict;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.model.ModelSpec;

/** Parts that the model knows as a class and that are followed: each is of one track. */
public final class FollowedAppearance implements Appearance {
    /** A part whose box comes so near to the picture's border may be cut by it, as a share of width and height. */
    private static final float BORDER = 0.005f;

    private final String className;
    private ModelSpec model;
    private int classId;

    /** @param className what the model calls the part, in upper or lower case */
    public FollowedAppearance(String className) {
        this.className = className;
    }

    @Override
    public long shown(FrameResult frame) {
        if (frame.model() != model) {
            model = frame.model();
            classId = model.classId(className);
        }
        Detections found = frame.detections();
        for (int i = 0; i < found.size(); i++) {
            if (found.classId(i) == classId && found.track(i) != Detections.NO_TRACK && isWhole(frame, i)) {
                return found.track(i);
            }
        }
        return NONE;
    }

    private static boolean isWhole(FrameResult frame, int index) {
        Detections found = frame.detections();
        float marginX = BORDER * frame.picture().width();
        float marginY = BORDER * frame.picture().height();
        return found.left(index) > marginX
                && found.top(index) > marginY
                && found.left(index) + found.width(index) < frame.picture().width() - marginX
                && found.top(index) + found.height(index) < frame.picture().height() - marginY;
    }
}
