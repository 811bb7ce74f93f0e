package io.ringsight.core.analyse.verdict;

import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.ManualClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A line whose clock a test turns: 25 frames a second, parts seen for 160 ms, judged within 400. */
final class LineUnderTest {
    static final long START_UTC_NS = 1_795_354_800_000_000_000L;
    static final long MS = 1_000_000L;
    static final long FRAME_MS = 40;
    static final int UNCERTAINTY_US = 1_000;
    static final Grades GRADES = new Grades(List.of("spur"), List.of("short"), 0.5);
    static final PartSpec SPEC = new PartSpec(
            new PartTrigger(PartTrigger.Kind.HTTP, ""),
            new PartSpec.Window(0, 160, 3),
            400,
            GRADES,
            new Recipe("R1", "7"),
            PartSpec.Motion.NONE,
            List.of(),
            Path.of("none"));

    final ManualClock clock = new ManualClock(START_UTC_NS);
    /** Ids that were kept before anything happened to them. */
    final List<String> announced = new ArrayList<>();

    final SeenFrame frame = new SeenFrame();
    final PartLine line;
    long frameSeq;

    LineUnderTest() {
        this(SPEC, any -> Appearance.NONE);
    }

    LineUnderTest(PartSpec spec, Appearance appearance) {
        line = new PartLine(
                new SourceId("line"),
                spec,
                appearance,
                new AtomicLong()::incrementAndGet,
                kept -> announced.add(kept.partId()),
                clock);
    }

    PartLine.Announced announce(String id) {
        return announce(id, clock.epochNanos());
    }

    PartLine.Announced announce(String id, long atUtcNs) {
        return line.announce(new Announcement(id, Optional.empty(), atUtcNs));
    }

    /** A frame taken now: fill it, then {@link #see()}. */
    SeenFrame next() {
        return frame.taken(++frameSeq, clock.epochNanos(), UNCERTAINTY_US);
    }

    /** Has the line see the frame, and 40 ms pass. */
    void see() {
        line.watch().frame(frame, frame.losses);
        clock.advanceMs(FRAME_MS);
    }

    /** Frames that show nothing. */
    void clean(int frames) {
        for (int i = 0; i < frames; i++) {
            next();
            see();
            // the judge reads far more often than frames come
            kept.addAll(line.judge());
        }
    }

    /** A frame with a defect of a class at a place in pixels. */
    void defect(int classId, float left, float top, float confidence) {
        next().found.add(left, top, 40, 40, confidence, classId);
        see();
    }

    /** Frames lost before they were analysed. */
    void lost(GapReason reason, int frames) {
        pendingReason = reason;
        pendingFrames += frames;
        frameSeq += frames;
        clock.advanceMs(FRAME_MS * frames);
    }

    private GapReason pendingReason;
    private int pendingFrames;
    private final List<Verdict> kept = new ArrayList<>();

    /** A frame after {@link #lost}, which tells of it. */
    void cleanAfterLoss() {
        next().losses.add(pendingReason, pendingFrames);
        pendingFrames = 0;
        see();
    }

    void gap(GapReason reason) {
        line.watch().gap(frameSeq, reason, clock.epochNanos(), Picture.UNKNOWN, new FrameLosses());
    }

    List<Verdict> verdicts() {
        List<Verdict> all = new ArrayList<>(kept);
        kept.clear();
        all.addAll(line.judge());
        return all;
    }

    Verdict only() {
        List<Verdict> all = verdicts();
        if (all.size() != 1) {
            throw new AssertionError("expected one verdict: " + all);
        }
        return all.get(0);
    }
}
