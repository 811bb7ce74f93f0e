package io.ringsight.sinks.evidence;

import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.metrics.Counters;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clips of frames that matter. The first begins one, which is kept beside its picture; those that follow within it share it.
 * Of each source one is on its way at a time: what it holds in memory is bounded, and no source waits for it.
 *
 * <p><b>Threads.</b> Publish threads begin clips, the recorder's writes them.
 */
final class EvidenceClips {
    private static final Logger LOG = LoggerFactory.getLogger(EvidenceClips.class);

    private final Counters<EvidenceCounter> metrics;
    /** One of each source at most, but for those of sources that were exchanged meanwhile. */
    private final Queue<Begun> begun = new ConcurrentLinkedQueue<>();

    EvidenceClips(Counters<EvidenceCounter> metrics) {
        this.metrics = metrics;
    }

    /** Whether the picture of a clip's first frame is on the disk. */
    private enum Picture {
        UNKNOWN,
        KEPT,
        LOST
    }

    /** A clip that is on its way to the disk, or was. */
    static final class Begun {
        private final EvidenceKey key;
        private final RecentVideo.Clip clip;
        private volatile Picture picture = Picture.UNKNOWN;
        private volatile boolean isFailed;
        private volatile boolean isOver;

        private Begun(EvidenceKey key, RecentVideo.Clip clip) {
            this.key = key;
            this.clip = clip;
        }

        /** The frame beside whose picture it is kept. */
        EvidenceKey key() {
            return key;
        }

        /** The picture of a frame that refers to it is on the disk; it matters only of its first. */
        void kept(EvidenceKey frame) {
            of(frame, Picture.KEPT);
        }

        void lost(EvidenceKey frame) {
            of(frame, Picture.LOST);
        }

        /** Only that of its first changes it: two threads tell, and neither may undo what the other said. */
        private void of(EvidenceKey frame, Picture now) {
            if (frame.equals(key)) {
                picture = now;
            }
        }
    }

    /** The clip that shows a frame, begun now if there is none; empty if there will be none. By the source's Publish thread. */
    Optional<Begun> of(SourceEvidence source, EvidenceKey key, long ptsNs) {
        if (source.video().isEmpty()) {
            return Optional.empty();
        }
        Begun last = source.clip();
        if (last != null && !last.isFailed && last.clip.covers(ptsNs)) {
            return Optional.of(last);
        }
        if (last != null && !last.isOver) {
            metrics.count(EvidenceCounter.CLIPS_SKIPPED);
            return Optional.empty();
        }
        Optional<RecentVideo.Clip> clip = source.video().get().begin(ptsNs);
        if (clip.isEmpty()) {
            metrics.count(EvidenceCounter.CLIPS_MISSED);
            return Optional.empty();
        }
        Begun now = new Begun(key, clip.get());
        source.begun(now);
        begun.add(now);
        return Optional.of(now);
    }

    /** Writes those that are complete. By the recorder's thread. */
    void write(EvidenceFolder folder) throws IOException {
        for (Iterator<Begun> all = begun.iterator(); all.hasNext(); ) {
            Begun next = all.next();
            if (next.picture != Picture.UNKNOWN && (next.clip.isComplete() || next.picture == Picture.LOST)) {
                all.remove();
                write(next, folder);
            }
        }
    }

    private void write(Begun next, EvidenceFolder folder) throws IOException {
        boolean isKept = false;
        try {
            isKept = next.picture == Picture.KEPT && folder.putClip(next.key, next.clip);
        } catch (RecentVideo.GoneException | RuntimeException e) {
            // of this clip only
            LOG.warn(
                    "{}: the clip of frame {} cannot be kept: {}",
                    next.key.sourceId(),
                    next.key.frameSeq(),
                    e.getMessage());
        } finally {
            over(next, isKept);
        }
    }

    private void over(Begun next, boolean isKept) {
        next.isFailed = !isKept;
        next.isOver = true;
        next.clip.close();
        metrics.count(isKept ? EvidenceCounter.CLIPS_KEPT : EvidenceCounter.CLIPS_FAILED);
    }

    /** Whether some are complete and not written yet. */
    boolean isWaiting() {
        return begun.stream().anyMatch(next -> next.clip.isComplete() && next.picture == Picture.KEPT);
    }

    /** Gives up what is left. By the recorder's thread, at its end. */
    void close() {
        for (Begun left = begun.poll(); left != null; left = begun.poll()) {
            over(left, false);
        }
    }
}
