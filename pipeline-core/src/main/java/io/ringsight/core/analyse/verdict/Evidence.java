package io.ringsight.core.analyse.verdict;

import io.ringsight.core.analyse.zone.ZoneMap;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelSpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the notes of a source say of one part. Between two notes that follow each other without a loss nothing happened;
 * what was lost between them may have been taken at any moment from the one to the other.
 */
final class Evidence {
    private final OpenPart part;
    private final FoundDefects defects;
    private final FrameLosses losses = new FrameLosses();
    private final Set<GapReason> gaps = EnumSet.noneOf(GapReason.class);
    private final List<Long> frames = new ArrayList<>();
    private ModelSpec model;
    private int modelChanges;
    private int doubts;
    /** What is not known from {@link #knownUntilNs} on, until the next frame of known time. */
    private int pending;

    private final FrameLosses pendingLosses = new FrameLosses();
    private final Set<GapReason> pendingGaps = EnumSet.noneOf(GapReason.class);
    /** The earliest moment the last frame of known time may have been taken at. */
    private long knownUntilNs = Long.MIN_VALUE;

    private long suspectSinceUtcNs = Picture.UNKNOWN;
    private long frameSeq;

    Evidence(OpenPart part, PartSpec spec, ZoneMap panel) {
        this.part = part;
        defects = new FoundDefects(spec, panel);
    }

    /** Reads all notes. */
    Evidence of(SeenFrames history) {
        // before the first frame anything may have happened
        pending = (history.isCut() ? Doubt.HISTORY : Doubt.GAP).bit();
        for (int i = 0; i < history.size(); i++) {
            read(history.at(i), i == 0);
        }
        if (pending != 0 && part.meets(knownUntilNs, Long.MAX_VALUE)) {
            touch();
        }
        if (suspectSinceUtcNs != Picture.UNKNOWN && part.meets(suspectSinceUtcNs, Long.MAX_VALUE)) {
            doubts |= Doubt.SUSPECT.bit();
        }
        return this;
    }

    private void read(FrameNote note, boolean isFirst) {
        lostBefore(note, isFirst);
        frameSeq = note.frameSeq;
        if (note.gap != null && note.gap.isSuspicion()) {
            suspicion(note);
        } else if (note.gap != null) {
            pending |= Doubt.GAP.bit();
            pendingGaps.add(note.gap);
        } else if (!note.isTimed()) {
            // it may be of any moment until the next one
            pending |= Doubt.TIME.bit() | note.doubts;
        } else {
            frame(note);
        }
    }

    /** A picture is found to be frozen only some time after it froze: then the parts since are in doubt, too. */
    private void suspicion(FrameNote note) {
        boolean lasts = note.untilUtcNs == Picture.UNKNOWN;
        suspectSinceUtcNs = lasts ? note.sinceUtcNs : Picture.UNKNOWN;
        if (!lasts && part.meets(note.sinceUtcNs, note.untilUtcNs)) {
            doubts |= Doubt.SUSPECT.bit();
        }
    }

    private void lostBefore(FrameNote note, boolean isFirst) {
        if (isFirst) {
            return;
        }
        long own = note.gap == null ? 1 : 0;
        long between = note.frameSeq - own - frameSeq;
        if (between != note.leftOut || note.afterMissed) {
            pending |= Doubt.FRAME_LOST.bit();
            pendingLosses.addAll(note.losses);
        }
    }

    private void frame(FrameNote note) {
        boolean goesBack = knownUntilNs > note.latestNs();
        if (goesBack) {
            pending |= Doubt.TIME.bit();
        }
        if (pending != 0) {
            if (part.meets(Math.min(knownUntilNs, note.earliestNs()), Math.max(knownUntilNs, note.latestNs()))) {
                touch();
            }
            pending = 0;
            pendingLosses.clear();
            pendingGaps.clear();
        }
        if (part.holds(note.earliestNs(), note.latestNs())) {
            inside(note);
        } else if (part.meets(note.earliestNs(), note.latestNs())) {
            atEdge(note);
        }
        knownUntilNs = note.earliestNs();
    }

    private void touch() {
        doubts |= pending;
        losses.addAll(pendingLosses);
        gaps.addAll(pendingGaps);
    }

    private void inside(FrameNote note) {
        doubts |= note.doubts;
        if (note.model == null) {
            return;
        }
        if (model != null && note.modelChanges != modelChanges) {
            doubts |= Doubt.MODEL_CHANGED.bit();
        }
        model = note.model;
        modelChanges = note.modelChanges;
        frames.add(note.frameSeq);
        defects.add(note, note.captureUtcNs - part.fromUtcNs());
    }

    /** It may show this part or the one beside it: what is wrong with it may be wrong with this one. */
    private void atEdge(FrameNote note) {
        doubts |= note.doubts;
        if (note.worst != Grade.PASS) {
            doubts |= Doubt.TIME.bit();
        }
    }

    /** @param more doubts beyond what the notes say */
    Verdict.Judgement judgement(PartSpec.Window window, int more) {
        int all = doubts | more;
        if (frames.size() < window.frames()) {
            all |= Doubt.TOO_FEW_FRAMES.bit();
        }
        if (window.triggered() && frames.size() > window.frames()) {
            // one of them is of another part, and perhaps one of this is missing
            all |= Doubt.TIME.bit();
        }
        Grade decision = all == 0 ? defects.worst() : Grade.UNKNOWN;
        return new Verdict.Judgement(decision, Doubt.of(all), defects.boards(all != 0));
    }

    List<Verdict.Defect> defects() {
        return defects.list();
    }

    Verdict.Seen seen() {
        return new Verdict.Seen(frames, losses, gaps, Optional.ofNullable(model));
    }
}
