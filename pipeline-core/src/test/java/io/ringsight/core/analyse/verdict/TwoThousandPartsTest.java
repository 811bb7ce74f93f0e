package io.ringsight.core.analyse.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.ManualClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two thousand parts, five a second, with stalls of the camera in 2 % of them and overload in 1 %. */
class TwoThousandPartsTest {
    private static final int PARTS = 2_000;
    private static final long MS = 1_000_000;
    private static final long PITCH_MS = 200;
    private static final long FRAME_MS = 40;
    private static final long STEP_MS = 4;
    private static final long FIRST_FRAME_MS = 12;
    private static final long FROM_MS = 4;
    private static final long TO_MS = 156;
    private static final long DEADLINE_MS = 500;
    private static final long STALL_TOLD_MS = 100;
    private static final int UNCERTAINTY_US = 1_000;
    private static final int SPUR = 1;
    private static final int SHORT = 2;

    private final ManualClock clock = new ManualClock(LineUnderTest.START_UTC_NS);
    private final PartLine line = new PartLine(
            new SourceId("line"),
            new PartSpec(
                    new PartTrigger(PartTrigger.Kind.HTTP, ""),
                    new PartSpec.Window(FROM_MS, TO_MS, 3),
                    DEADLINE_MS,
                    LineUnderTest.GRADES,
                    Recipe.NONE,
                    PartSpec.Motion.NONE,
                    List.of(),
                    Path.of("none")),
            any -> Appearance.NONE,
            new AtomicLong()::incrementAndGet,
            kept -> {},
            clock);
    private final SeenFrame frame = new SeenFrame();
    private final Map<String, List<Verdict>> verdicts = new HashMap<>();
    /** The class of each part's defect, or -1. */
    private final int[] defect = new int[PARTS];
    /** Spans of which nobody saw everything, in milliseconds since the start: from the frame before to the frame after. */
    private final List<long[]> holes = new ArrayList<>();

    private long frameSeq;
    private int lost;
    private long lastFrameMs = -1_000;
    private boolean hole;
    private boolean stallTold;
    private long stalledUntilMs;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void eachHasOneVerdictInTimeAndNoneWithADefectOrAGapPasses(long seed) {
        Random random = new Random(seed);
        for (int part = 0; part < PARTS; part++) {
            defect[part] = random.nextInt(10) < 7 ? -1 : random.nextBoolean() ? SPUR : SHORT;
        }
        long endMs = PARTS * PITCH_MS + 2 * DEADLINE_MS;
        for (long nowMs = 0; nowMs < endMs; nowMs += STEP_MS) {
            step(nowMs, random);
            line.judge().forEach(this::keep);
            clock.advanceMs(STEP_MS);
        }
        int touched = 0;
        for (int part = 0; part < PARTS; part++) {
            touched += check(part) ? 1 : 0;
        }
        // what was planted is there, and not everything is in doubt
        assertThat(touched).isBetween(PARTS / 50, PARTS / 8);
    }

    private void step(long nowMs, Random random) {
        if (nowMs % PITCH_MS == 0 && nowMs / PITCH_MS < PARTS) {
            line.announce(new Announcement("P" + nowMs / PITCH_MS, Optional.empty(), clock.epochNanos()));
            if (random.nextInt(100) < 2) {
                stalledUntilMs = nowMs + 150 + random.nextInt(200);
                stallTold = false;
            }
        }
        boolean stalled = nowMs < stalledUntilMs;
        if (stalled && !stallTold && nowMs - lastFrameMs >= STALL_TOLD_MS) {
            stallTold = true;
            line.watch().gap(frameSeq, GapReason.STALLED, clock.epochNanos(), Picture.UNKNOWN, new FrameLosses());
        }
        if (nowMs % FRAME_MS == FIRST_FRAME_MS) {
            if (stalled) {
                hole = true;
            } else if (random.nextInt(500) < 1) {
                lost++;
                frameSeq++;
                hole = true;
            } else {
                see(nowMs, random);
            }
        }
    }

    private void see(long nowMs, Random random) {
        if (hole) {
            holes.add(new long[] {lastFrameMs, nowMs});
            hole = false;
        }
        lastFrameMs = nowMs;
        frame.taken(++frameSeq, clock.epochNanos(), UNCERTAINTY_US);
        frame.losses.add(GapReason.OVERLOAD, lost);
        lost = 0;
        int part = (int) (nowMs / PITCH_MS);
        boolean isFirst = nowMs % PITCH_MS == FIRST_FRAME_MS;
        boolean isInside = nowMs % PITCH_MS < TO_MS;
        if (part < PARTS && defect[part] >= 0 && isInside && (isFirst || random.nextInt(10) < 8)) {
            frame.found.add(300 + random.nextInt(5), 200 + random.nextInt(5), 40, 40, 0.9f, defect[part]);
        }
        line.watch().frame(frame, frame.losses);
    }

    private void keep(Verdict verdict) {
        verdicts.computeIfAbsent(verdict.part().id(), id -> new ArrayList<>()).add(verdict);
    }

    /** Returns whether a gap touched the part. */
    private boolean check(int part) {
        assertThat(verdicts.get("P" + part)).as("part %s", part).hasSize(1);
        Verdict verdict = verdicts.get("P" + part).get(0);
        assertThat(verdict.timing().tookNs()).isLessThanOrEqualTo(DEADLINE_MS * MS);
        Grade grade = verdict.judgement().grade();
        long fromMs = part * PITCH_MS + FROM_MS;
        long toMs = part * PITCH_MS + TO_MS;
        boolean touched = holes.stream().anyMatch(span -> span[0] - 1 <= toMs && span[1] + 1 >= fromMs);
        if (touched || part == 0) {
            assertThat(grade).as("part %s: %s", part, verdict).isEqualTo(Grade.UNKNOWN);
        } else {
            Grade truth = defect[part] == SPUR ? Grade.REWORK : defect[part] == SHORT ? Grade.REJECT : Grade.PASS;
            assertThat(grade).as("part %s: %s", part, verdict).isEqualTo(truth);
            assertThat(verdict.defects()).hasSize(defect[part] < 0 ? 0 : 1);
        }
        return touched;
    }
}
