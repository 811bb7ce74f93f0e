package io.ringsight.core.analyse.verdict;

import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Recipe;
import java.nio.file.Path;
import java.util.List;

/**
 * How the parts that pass a source are judged.
 *
 * @param trigger who announces them
 * @param window which frames are a part's
 * @param deadlineMs from its announcement to its verdict
 * @param grades which objects are defects
 * @param recipe of parts whose announcement says none
 * @param motion how a part moves through the picture
 * @param panel places of its boards as fractions of the picture, where the part is when its window begins; empty for a
 *     single board
 * @param dir where announcements and verdicts are kept until the next start needs them no more
 */
public record PartSpec(
        PartTrigger trigger,
        Window window,
        long deadlineMs,
        Grades grades,
        Recipe recipe,
        Motion motion,
        List<Zone> panel,
        Path dir) {
    /** A verdict is made this much before its deadline, so that it is out by then. */
    public static final long LEAD_MS = 25;

    public static final long MIN_DEADLINE_MS = 100;
    public static final long MAX_DEADLINE_MS = 10_000;
    public static final int MAX_FRAMES = 256;
    public static final int DEFAULT_FRAMES = 1;

    /**
     * Frames taken in it, beyond the uncertainty of their time, are the part's.
     *
     * @param fromMs from the announcement, may be negative
     * @param toMs after {@code fromMs}
     * @param frames a part with fewer is not judged, at least 1
     * @param triggered whether the camera takes a picture only when it is told to, and just {@code frames} of each part:
     *     then no frame behind the window is waited for
     */
    public record Window(long fromMs, long toMs, int frames, boolean triggered) {
        /** Of a camera that runs freely. */
        public Window(long fromMs, long toMs, int frames) {
            this(fromMs, toMs, frames, false);
        }
    }

    /**
     * How far a part moves, so that a defect is one defect in all frames.
     *
     * @param x picture widths a second, to the right
     * @param y picture heights a second, down
     */
    public record Motion(double x, double y) {
        /** It stands still. */
        public static final Motion NONE = new Motion(0, 0);
    }

    public PartSpec {
        panel = List.copyOf(panel);
    }
}
