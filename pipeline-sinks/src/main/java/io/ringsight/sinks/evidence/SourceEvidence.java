package io.ringsight.sinks.evidence;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.RecentVideo;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** What is known of a source whose pictures are kept. At most one of them is held at a time: one more than it needs for itself. */
final class SourceEvidence {
    private static final int REMEMBERED = 512;

    private final SourceMatches matches;
    private final Optional<RecentVideo> video;
    private final AtomicBoolean held = new AtomicBoolean();
    /** Frames whose pictures were taken. Guarded by itself. */
    private final long[] taken = new long[REMEMBERED];

    private int takenCount;
    /** The clip that was begun last; null before the first. Of the Publish thread. */
    private EvidenceClips.Begun clip;

    SourceEvidence(AnalysisSpec spec, Optional<RecentVideo> video) {
        this.video = video;
        matches = new SourceMatches(spec);
    }

    /** By the Publish thread. */
    SourceMatches.Match match(FrameResult frame) {
        return matches.of(frame);
    }

    /** The source's video, if it is held. */
    Optional<RecentVideo> video() {
        return video;
    }

    EvidenceClips.Begun clip() {
        return clip;
    }

    void begun(EvidenceClips.Begun now) {
        clip = now;
    }

    /** Whether none of its pictures was held; one is now. */
    boolean hold() {
        return held.compareAndSet(false, true);
    }

    void letGo() {
        held.set(false);
    }

    void took(long frameSeq) {
        synchronized (taken) {
            taken[takenCount++ % REMEMBERED] = frameSeq;
        }
    }

    /** It is not there after all. */
    void lost(long frameSeq) {
        synchronized (taken) {
            for (int i = 0; i < REMEMBERED; i++) {
                taken[i] = taken[i] == frameSeq ? 0 : taken[i];
            }
        }
    }

    boolean hasTaken(long frameSeq) {
        synchronized (taken) {
            for (long one : taken) {
                if (one == frameSeq && frameSeq != 0) {
                    return true;
                }
            }
            return false;
        }
    }
}
