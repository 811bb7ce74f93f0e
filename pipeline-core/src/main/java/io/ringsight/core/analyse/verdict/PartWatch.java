package io.ringsight.core.analyse.verdict;

import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;

/**
 * The Analyse thread's end of a {@link PartLine}: notes each frame, lost frame and gap of a source, in their order. Waits for
 * nobody and allocates nothing.
 */
public final class PartWatch {
    private static final long NS_PER_US = 1_000;

    private final FrameNotes notes;
    private final Grading grading;
    private final Appearance appearance;
    private volatile long publishedFrameSeq;
    /** Whether notes found no room since the last one that did. */
    private boolean missed;

    PartWatch(FrameNotes notes, Grades grades, Appearance appearance) {
        this.notes = notes;
        grading = new Grading(grades);
        this.appearance = appearance;
    }

    /**
     * A frame that was computed.
     *
     * @param losses those between it and what was told before
     * @return false if there was no room for its note: the parts it shows will be unknown
     */
    public boolean frame(FrameResult frame, FrameLosses losses) {
        FrameNote note = claim(frame.frameSeq(), losses);
        if (note == null) {
            return false;
        }
        taken(note, frame.picture());
        if (frame.suspicion() != null) {
            note.doubts |= Doubt.SUSPECT.bit();
        }
        Detections found = frame.detections();
        if (found.isCut() || found.invalid() > 0) {
            note.doubts |= Doubt.CUT.bit();
        }
        note.model = frame.model();
        note.shown = appearance.shown(frame);
        grading.begin(frame);
        defects(note, found, frame.picture());
        note.doubts |= grading.doubts();
        note.modelChanges = grading.modelChanges();
        notes.publish();
        return true;
    }

    /** A frame that was decoded but not computed; returns as {@link #frame}. */
    public boolean lost(long frameSeq, GapReason reason, Picture picture, FrameLosses losses) {
        FrameNote note = claim(frameSeq, losses);
        if (note != null) {
            taken(note, picture);
            note.doubts |= (reason == GapReason.LATE ? Doubt.LATE : Doubt.MODEL_FAILED).bit();
            notes.publish();
        }
        return note != null;
    }

    /**
     * The source gives no frames, or is under suspicion; returns as {@link #frame}.
     *
     * @param untilUtcNs {@link Picture#UNKNOWN} while it lasts
     */
    public boolean gap(long lastFrameSeq, GapReason reason, long sinceUtcNs, long untilUtcNs, FrameLosses losses) {
        FrameNote note = claim(lastFrameSeq, losses);
        if (note != null) {
            note.gap = reason;
            note.sinceUtcNs = sinceUtcNs;
            note.untilUtcNs = untilUtcNs;
            notes.publish();
        }
        return note != null;
    }

    /** All frames up to this one are accounted for with every sink. Called by the Publish stage. */
    public void published(long frameSeq) {
        publishedFrameSeq = frameSeq;
    }

    long publishedFrameSeq() {
        return publishedFrameSeq;
    }

    private FrameNote claim(long frameSeq, FrameLosses losses) {
        FrameNote note = notes.claim();
        if (note == null) {
            missed = true;
            return null;
        }
        note.clear(frameSeq);
        note.afterMissed = missed;
        missed = false;
        note.losses.addAll(losses);
        note.leftOut = losses.count(GapReason.RATE_LIMIT);
        return note;
    }

    private static void taken(FrameNote note, Picture picture) {
        note.captureUtcNs = picture.captureUtcNs();
        note.uncertaintyNs =
                picture.uncertaintyUs() == Picture.UNKNOWN ? Picture.UNKNOWN : picture.uncertaintyUs() * NS_PER_US;
    }

    private void defects(FrameNote note, Detections found, Picture picture) {
        for (int i = 0; i < found.size(); i++) {
            Grade grade = grading.of(i);
            if (grade != Grade.PASS) {
                note.worst = note.worst.or(grade);
                add(note, found, i, grade, picture);
            }
        }
    }

    private void add(FrameNote note, Detections found, int index, Grade grade, Picture picture) {
        int at = note.defects;
        if (at == FrameNote.MAX_DEFECTS) {
            return;
        }
        float width = picture.width();
        float height = picture.height();
        note.centerX[at] = (found.left(index) + found.width(index) / 2) / width;
        note.centerY[at] = (found.top(index) + found.height(index) / 2) / height;
        note.width[at] = found.width(index) / width;
        note.height[at] = found.height(index) / height;
        note.confidence[at] = found.confidence(index);
        note.label[at] = grading.name();
        note.grade[at] = grade;
        note.defects++;
    }
}
