package io.ringsight.core.decision;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.model.ModelSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of one part. Never changed once it is made.
 *
 * @param sourceId the source that saw it
 * @param verdictSeq number among the verdicts of this run, from 1
 * @param part what was announced
 * @param judgement what is to be done with it, and why not more is known
 * @param defects what was found, each place once; also where the grade is {@code unknown}
 * @param seen what it was judged by
 * @param timing when
 */
public record Verdict(
        SourceId sourceId,
        long verdictSeq,
        Part part,
        Judgement judgement,
        List<Defect> defects,
        Seen seen,
        Timing timing)
        implements Decision {
    /**
     * The part.
     *
     * @param id barcode or serial number
     * @param recipe what it is made by
     * @param atUtcNs when it came, nanoseconds since 1970
     */
    public record Part(String id, Recipe recipe, long atUtcNs) {}

    /**
     * What is to be done with it.
     *
     * @param grade {@code UNKNOWN} where there is any doubt
     * @param doubts what is missing; empty otherwise
     * @param boards of a panel, in the order of the configuration; empty for a single board
     */
    public record Judgement(Grade grade, Set<Doubt> doubts, List<Board> boards) {
        public Judgement {
            doubts = Set.copyOf(doubts);
            boards = List.copyOf(boards);
        }
    }

    /** One board of a panel. */
    public record Board(String name, Grade grade) {}

    /**
     * One defect.
     *
     * @param label its class, or {@code ATTRIBUTE=CLASS} if a second model says so, as the frame that was surest of it says
     * @param confidence the highest of its frames, 0 to 1
     * @param grade how bad it is
     * @param place where
     * @param board the board of the panel it is on; empty if on none
     * @param frames how many frames it was found in
     */
    public record Defect(
            String label, float confidence, Grade grade, Place place, Optional<String> board, int frames) {}

    /** A box by its middle, fractions of the picture, where the part was when its window began. */
    public record Place(double centerX, double centerY, double width, double height) {}

    /**
     * What it was judged by.
     *
     * @param frames numbers of the frames that are certainly of the part
     * @param losses frames lost that may have shown it
     * @param gaps why no frames came in a part of the window
     * @param model what computed the last frame; empty if there is none
     */
    public record Seen(List<Long> frames, FrameLosses losses, Set<GapReason> gaps, Optional<ModelSpec> model) {
        /** Nothing was. */
        public static final Seen NOTHING = new Seen(List.of(), new FrameLosses(), Set.of(), Optional.empty());

        public Seen {
            frames = List.copyOf(frames);
            gaps = Set.copyOf(gaps);
        }
    }

    /**
     * When, nanoseconds since 1970.
     *
     * @param fromUtcNs beginning of its window
     * @param toUtcNs end of its window
     * @param announcedUtcNs when the announcement arrived
     * @param decidedUtcNs when the verdict was made
     * @param tookNs from the one to the other, by the monotonic clock
     */
    public record Timing(long fromUtcNs, long toUtcNs, long announcedUtcNs, long decidedUtcNs, long tookNs) {}

    public Verdict {
        defects = List.copyOf(defects);
    }

    /** The same part, of which nothing is known because of {@code doubt}; nothing else changes. */
    public Verdict unknown(Doubt doubt) {
        EnumSet<Doubt> doubts = EnumSet.of(doubt);
        doubts.addAll(judgement.doubts);
        List<Board> boards = judgement.boards.stream()
                .map(board -> new Board(board.name, Grade.UNKNOWN))
                .toList();
        return new Verdict(
                sourceId, verdictSeq, part, new Judgement(Grade.UNKNOWN, doubts, boards), defects, seen, timing);
    }
}
