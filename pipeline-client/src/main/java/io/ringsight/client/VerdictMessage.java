package io.ringsight.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What becomes of one part that passed a camera. There is exactly one for each part that was announced; when it comes twice
 * it has the same {@code messageId} and says the same. Accounts for no frames: their own messages do. Immutable.
 *
 * @param identity which message of which source it is. The last part of its {@code messageId} is {@code v} and a number
 * @param coverage a frame of the source that was known when it was made, as both ends; no gaps
 * @param part what was announced
 * @param judgement what is to be done with it
 * @param defects what was found, each place once
 * @param seen what it was judged by
 * @param timing when
 * @param publishedAt when the message was made, by the daemon's clock (field {@code publishedAt})
 */
public record VerdictMessage(
        Identity identity,
        Coverage coverage,
        Part part,
        Judgement judgement,
        List<Defect> defects,
        Seen seen,
        Timing timing,
        Instant publishedAt)
        implements Message {
    /**
     * The part (field {@code verdict.part}).
     *
     * @param id barcode or serial number
     * @param recipe what it was made by; empty if nobody said
     * @param revision of the recipe; empty if nobody said
     * @param at when it came
     */
    public record Part(String id, Optional<String> recipe, Optional<String> revision, Instant at) {}

    /**
     * What is to be done with it.
     *
     * @param grade {@code pass}, {@code rework}, {@code reject} or {@code unknown} (field {@code verdict.grade})
     * @param reasons why it is {@code unknown}, e.g. {@code gap}; newer versions may know more (field
     *     {@code verdict.reasons})
     * @param boards of a panel (field {@code verdict.boards}); empty for a single board
     */
    public record Judgement(String grade, List<String> reasons, List<Board> boards) {
        public Judgement {
            reasons = List.copyOf(reasons);
            boards = List.copyOf(boards);
        }
    }

    /** One board of a panel: its name, and its grade as of the whole part. */
    public record Board(String name, String grade) {}

    /**
     * A defect.
     *
     * @param label its class, or {@code ATTRIBUTE=CLASS} if a second model said so
     * @param confidence the highest of its frames, 0 to 1; NaN if the model gave none
     * @param grade {@code rework} or {@code reject}
     * @param place where it is
     * @param board of the panel; empty if on none
     * @param frames how many it was found in
     */
    public record Defect(
            String label, double confidence, String grade, Place place, Optional<String> board, long frames) {}

    /** A box by its middle: fractions of the picture's width and height, where the part was when its window began. */
    public record Place(double centerX, double centerY, double width, double height) {}

    /**
     * What it was judged by.
     *
     * @param frames numbers of the frames that are certainly of the part (field {@code verdict.frames})
     * @param missing what may have shown it and was not seen (field {@code verdict.missing})
     * @param model what computed them; empty if nothing did (field {@code verdict.model})
     * @param evidence where pictures of it are; empty if nowhere (field {@code verdict.evidence})
     */
    public record Seen(List<Long> frames, List<Missing> missing, Optional<Model> model, Optional<String> evidence) {
        public Seen {
            frames = List.copyOf(frames);
            missing = List.copyOf(missing);
        }
    }

    /** Frames lost, or a span of time without frames: then nobody knows how many. Reasons are those of gaps. */
    public record Missing(String reason, OptionalLong frames) {}

    /** A model by its name, version and the SHA-256 of its file. */
    public record Model(String name, String version, String sha256) {}

    /**
     * When.
     *
     * @param from beginning of its window (field {@code verdict.from})
     * @param to end of its window (field {@code verdict.to})
     * @param decidedAt when it was decided (field {@code verdict.decidedAt})
     * @param tookMs from the announcement to the decision (field {@code verdict.tookMs})
     */
    public record Timing(Instant from, Instant to, Instant decidedAt, double tookMs) {}

    public VerdictMessage {
        defects = List.copyOf(defects);
    }
}
