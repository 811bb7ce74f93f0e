package io.ringsight.core.analyse.verdict;

import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The parts that pass one source: announced by any thread, seen by the Analyse thread through {@link #watch()}, judged by
 * whoever calls {@link #judge}, some hundred times a second. Frames wait for neither.
 */
public final class PartLine {
    /** A second of frames: the judge looks at them far more often. */
    private static final int NOTES = 64;

    private final SourceId sourceId;
    private final PartSpec spec;
    private final Clock clock;
    private final FrameNotes notes = new FrameNotes(NOTES);
    private final PartWatch watch;
    private final PartJudge judge;
    private boolean stopped;

    /**
     * @param appearance sees parts that announce themselves; never any where they do not
     * @param numbers of verdicts, unique in the run; thread-safe
     * @param keeper gets each part before anything else happens to it
     */
    public PartLine(
            SourceId sourceId,
            PartSpec spec,
            Appearance appearance,
            LongSupplier numbers,
            Consumer<Announcement> keeper,
            Clock clock) {
        this.sourceId = sourceId;
        this.spec = spec;
        this.clock = clock;
        watch = new PartWatch(notes, spec.grades(), appearance);
        judge = new PartJudge(sourceId, spec, numbers, keeper, clock);
    }

    public SourceId sourceId() {
        return sourceId;
    }

    public PartSpec spec() {
        return spec;
    }

    /** For the Analyse thread. */
    public PartWatch watch() {
        return watch;
    }

    /** What became of an announcement. */
    public enum Announced {
        /** Its verdict will come. */
        TAKEN,
        /** It was announced before: there is one verdict for both. */
        KNOWN,
        /** Too many are open: its verdict is {@code unknown} and comes now. */
        TOO_MANY,
        /** Its time is farther from now than the deadline: there will be no verdict. */
        TOO_FAR,
        /** The source is stopping: there will be no verdict. */
        STOPPED
    }

    /** A part comes. Any thread. */
    public synchronized Announced announce(Announcement announcement) {
        long farNs = spec.deadlineMs() * 1_000_000L;
        if (stopped) {
            return Announced.STOPPED;
        }
        long awayNs = clock.epochNanos() - announcement.atUtcNs();
        if (awayNs > farNs || awayNs < -farNs) {
            return Announced.TOO_FAR;
        }
        return switch (judge.announce(announcement)) {
            case TAKEN -> Announced.TAKEN;
            case TOO_MANY -> Announced.TOO_MANY;
            case KNOWN -> Announced.KNOWN;
        };
    }

    /** The verdict on a part of which nothing was seen, because nobody was there to look. */
    public synchronized Verdict unseen(Announcement announcement) {
        return judge.unseen(announcement);
    }

    /** Reads what was noted and returns the verdicts made since it was asked last. One thread at a time. */
    public synchronized List<Verdict> judge() {
        for (FrameNote note = notes.peek(); note != null; note = notes.peek()) {
            judge.note(note);
            notes.release();
        }
        judge.judge();
        return judge.take();
    }

    /** Takes no more announcements; what is open is unknown. Returns the last verdicts. */
    public synchronized List<Verdict> stop() {
        List<Verdict> before = judge();
        stopped = true;
        judge.stop();
        List<Verdict> all = new ArrayList<>(before);
        all.addAll(judge.take());
        return all;
    }

    /** The last frame that every sink has an account of, 0 before the first. */
    public long frameSeq() {
        return watch.publishedFrameSeq();
    }

    /** Parts that are announced and not judged. */
    public synchronized int openParts() {
        return judge.openParts();
    }
}
