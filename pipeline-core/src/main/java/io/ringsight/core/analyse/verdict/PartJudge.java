package io.ringsight.core.analyse.verdict;

import io.ringsight.core.analyse.zone.ZoneMap;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Judges the parts of one source: remembers what was noted of its last frames and, once the frames have passed a part's
 * window or its deadline comes, says what they show. One verdict for each part, whatever happens. Bounded: at most
 * {@value #MAX_OPEN} parts are open, and as many ids are remembered ({@link RecentParts}). One thread.
 */
final class PartJudge {
    /** Parts that are announced and not judged. */
    static final int MAX_OPEN = 64;
    /** Eight seconds of 60 frames. */
    static final int HISTORY = 512;

    private final SourceId sourceId;
    private final PartSpec spec;
    private final Clock clock;
    private final LongSupplier numbers;
    private final Consumer<Announcement> keeper;
    private final ZoneMap panel;
    private final SeenFrames history = new SeenFrames(HISTORY);
    private final List<OpenPart> open = new ArrayList<>();
    private final List<Verdict> made = new ArrayList<>();
    private final RecentParts recent = new RecentParts();

    /**
     * @param numbers of verdicts, unique in the run
     * @param keeper gets each part before anything else happens to it
     */
    PartJudge(SourceId sourceId, PartSpec spec, LongSupplier numbers, Consumer<Announcement> keeper, Clock clock) {
        this.sourceId = sourceId;
        this.spec = spec;
        this.numbers = numbers;
        this.keeper = keeper;
        this.clock = clock;
        panel = new ZoneMap(spec.panel());
    }

    /** What became of an announcement. */
    enum Outcome {
        /** Its verdict will come. */
        TAKEN,
        /** It is open already, or was judged so recently that this is the same announcement again. */
        KNOWN,
        /** There are too many: its verdict, unknown, is made. */
        TOO_MANY
    }

    Outcome announce(Announcement announcement) {
        long nowNs = clock.nanoTime();
        if (isKnown(announcement.partId(), nowNs)) {
            return Outcome.KNOWN;
        }
        keeper.accept(announcement);
        OpenPart part = open(announcement, nowNs);
        if (open.size() == MAX_OPEN) {
            judge(part, new Evidence(part, spec, panel), Doubt.TOO_MANY_PARTS.bit());
            return Outcome.TOO_MANY;
        }
        open.add(part);
        return Outcome.TAKEN;
    }

    private OpenPart open(Announcement announcement, long nowNs) {
        long nowUtcNs = clock.epochNanos();
        long ageNs = Math.max(0, nowUtcNs - announcement.atUtcNs());
        return new OpenPart(
                announcement,
                announcement.atUtcNs()
                        + TimeUnit.MILLISECONDS.toNanos(spec.window().fromMs()),
                announcement.atUtcNs()
                        + TimeUnit.MILLISECONDS.toNanos(spec.window().toMs()),
                nowUtcNs,
                nowNs,
                nowNs - ageNs + TimeUnit.MILLISECONDS.toNanos(spec.deadlineMs()));
    }

    private boolean isKnown(String partId, long nowNs) {
        for (OpenPart part : open) {
            if (part.announcement().partId().equals(partId)) {
                return true;
            }
        }
        return recent.wasJudged(partId, nowNs - TimeUnit.MILLISECONDS.toNanos(spec.deadlineMs()));
    }

    /** The next note of the source; may be used again afterwards. */
    void note(FrameNote note) {
        history.add(note);
        if (note.shown != Appearance.NONE && recent.appears(note.shown)) {
            // of a frame of unknown time: its verdict says that
            long atUtcNs = note.isTimed() ? note.captureUtcNs : clock.epochNanos();
            announce(new Announcement(sourceId + "-" + note.shown, Optional.empty(), atUtcNs));
        }
    }

    /** Judges whatever can or must be now. */
    void judge() {
        long nowNs = clock.nanoTime();
        long leadNs = TimeUnit.MILLISECONDS.toNanos(PartSpec.LEAD_MS);
        for (int i = 0; i < open.size(); i++) {
            OpenPart part = open.get(i);
            boolean isComplete = history.isComplete(part, spec.window(), clock.epochNanos());
            boolean isDue = part.deadlineNs() - leadNs <= nowNs;
            if (isComplete || isDue) {
                boolean isLate = !isComplete || part.deadlineNs() < nowNs;
                open.remove(i--);
                judge(part, new Evidence(part, spec, panel).of(history), isLate ? Doubt.DEADLINE.bit() : 0);
            }
        }
    }

    /** Whatever is open is unknown. */
    void stop() {
        for (OpenPart part : open) {
            judge(part, new Evidence(part, spec, panel).of(history), Doubt.STOPPED.bit());
        }
        open.clear();
    }

    /** Of a part that a run before left without a verdict. */
    Verdict unseen(Announcement announcement) {
        OpenPart part = open(announcement, clock.nanoTime());
        return verdict(part, new Evidence(part, spec, panel), Doubt.DOWN.bit());
    }

    private void judge(OpenPart part, Evidence evidence, int doubts) {
        recent.judged(part.announcement().partId(), clock.nanoTime());
        made.add(verdict(part, evidence, doubts));
    }

    private Verdict verdict(OpenPart part, Evidence evidence, int doubts) {
        long nowNs = clock.nanoTime();
        Announcement said = part.announcement();
        return new Verdict(
                sourceId,
                numbers.getAsLong(),
                new Verdict.Part(said.partId(), said.recipe().orElse(spec.recipe()), said.atUtcNs()),
                evidence.judgement(spec.window(), doubts),
                evidence.defects(),
                evidence.seen(),
                new Verdict.Timing(
                        part.fromUtcNs(),
                        part.toUtcNs(),
                        part.announcedUtcNs(),
                        clock.epochNanos(),
                        nowNs - part.announcedNs()));
    }

    /** What was made since it was asked last. */
    List<Verdict> take() {
        if (made.isEmpty()) {
            return List.of();
        }
        List<Verdict> taken = List.copyOf(made);
        made.clear();
        return taken;
    }

    /** Parts that are open. */
    int openParts() {
        return open.size();
    }
}
