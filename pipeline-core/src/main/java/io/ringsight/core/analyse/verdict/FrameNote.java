package io.ringsight.core.analyse.verdict;

import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelSpec;

/**
 * What the judge remembers of one frame, or of a gap: made once and used again and again. Places are fractions of the
 * picture's width and height, so that they fit the main and the sub stream.
 */
final class FrameNote {
    /** Defects of one frame; of more the worst grade is known still. */
    static final int MAX_DEFECTS = 32;

    long frameSeq;
    /** {@link Picture#UNKNOWN} where nobody knows, and in a gap. */
    long captureUtcNs;
    /** {@link Picture#UNKNOWN} where nobody knows. */
    long uncertaintyNs;
    /** Why no frames come or why they are suspect, or null in a frame. */
    GapReason gap;
    /** Of a suspicion: when it began, nanoseconds since 1970. */
    long sinceUtcNs;
    /** Of a suspicion: when it ended, or {@link Picture#UNKNOWN} while it lasts. */
    long untilUtcNs;
    /** Frames lost since the note before, without those that were left out on purpose. */
    final FrameLosses losses = new FrameLosses();
    /** Frames left out on purpose. */
    int leftOut;
    /** Whether notes before it found no room. */
    boolean afterMissed;
    /** {@link Doubt} bits of the frame itself. */
    int doubts;
    /** Number of the part that is whole in it, or {@link Appearance#NONE}. */
    long shown;
    /** What computed it, or null. */
    ModelSpec model;
    /** How often any of the models that the verdict depends on had been replaced. */
    int modelChanges;

    Grade worst;
    int defects;
    final float[] centerX = new float[MAX_DEFECTS];
    final float[] centerY = new float[MAX_DEFECTS];
    final float[] width = new float[MAX_DEFECTS];
    final float[] height = new float[MAX_DEFECTS];
    final float[] confidence = new float[MAX_DEFECTS];
    /** What makes it a defect, as in a verdict. */
    final String[] label = new String[MAX_DEFECTS];

    final Grade[] grade = new Grade[MAX_DEFECTS];

    /** An empty one. */
    void clear(long frameSeq) {
        this.frameSeq = frameSeq;
        captureUtcNs = Picture.UNKNOWN;
        uncertaintyNs = Picture.UNKNOWN;
        gap = null;
        sinceUtcNs = Picture.UNKNOWN;
        untilUtcNs = Picture.UNKNOWN;
        losses.clear();
        leftOut = 0;
        afterMissed = false;
        doubts = 0;
        shown = Appearance.NONE;
        model = null;
        modelChanges = 0;
        worst = Grade.PASS;
        defects = 0;
    }

    void copyFrom(FrameNote other) {
        clear(other.frameSeq);
        captureUtcNs = other.captureUtcNs;
        uncertaintyNs = other.uncertaintyNs;
        gap = other.gap;
        sinceUtcNs = other.sinceUtcNs;
        untilUtcNs = other.untilUtcNs;
        losses.addAll(other.losses);
        leftOut = other.leftOut;
        afterMissed = other.afterMissed;
        doubts = other.doubts;
        shown = other.shown;
        model = other.model;
        modelChanges = other.modelChanges;
        worst = other.worst;
        defects = other.defects;
        System.arraycopy(other.centerX, 0, centerX, 0, defects);
        System.arraycopy(other.centerY, 0, centerY, 0, defects);
        System.arraycopy(other.width, 0, width, 0, defects);
        System.arraycopy(other.height, 0, height, 0, defects);
        System.arraycopy(other.confidence, 0, confidence, 0, defects);
        System.arraycopy(other.label, 0, label, 0, defects);
        System.arraycopy(other.grade, 0, grade, 0, defects);
    }

    boolean isTimed() {
        return captureUtcNs != Picture.UNKNOWN && uncertaintyNs != Picture.UNKNOWN;
    }

    /** The earliest it may have been taken. */
    long earliestNs() {
        return captureUtcNs - uncertaintyNs;
    }

    /** The latest it may have been taken. */
    long latestNs() {
        return captureUtcNs + uncertaintyNs;
    }
}
