package io.ringsight.sinks.review;

import io.ringsight.client.VerdictMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A verdict and what people say of it. Immutable.
 *
 * @param verdict as it was published
 * @param json its text
 * @param defects what was found of each of its defects, in their order
 * @param whole what was found of a part without defects
 * @param missed defects that Ringsight did not find
 * @param last who said the last of it, and when; empty before
 */
public record ReviewedVerdict(
        VerdictMessage verdict,
        byte[] json,
        List<ReviewState> defects,
        ReviewState whole,
        List<Missed> missed,
        Optional<Said> last) {
    /** The most that a person may report of one part. */
    public static final int MAX_MISSED = 32;

    /**
     * A defect that was not found.
     *
     * @param label its class
     * @param place where it is; empty if nobody said
     */
    public record Missed(String label, Optional<VerdictMessage.Place> place) {}

    /**
     * Somebody said something.
     *
     * @param by whom; empty if not told
     * @param utcNs when, nanoseconds since 1970
     */
    public record Said(String by, long utcNs) {}

    public ReviewedVerdict {
        defects = List.copyOf(defects);
        missed = List.copyOf(missed);
    }

    /** Nobody has looked at it. */
    static ReviewedVerdict unseen(VerdictMessage verdict, byte[] json) {
        return new ReviewedVerdict(
                verdict,
                json,
                Collections.nCopies(verdict.defects().size(), ReviewState.NOT_VERIFIED),
                ReviewState.NOT_VERIFIED,
                List.of(),
                Optional.empty());
    }

    public String id() {
        return verdict.identity().messageId();
    }

    /** @param defect which; below 0: all, and the part itself */
    ReviewedVerdict with(int defect, ReviewState state, Said said) {
        List<ReviewState> now = new ArrayList<>(defects);
        for (int i = 0; i < now.size(); i++) {
            now.set(i, defect < 0 || defect == i ? state : now.get(i));
        }
        return new ReviewedVerdict(verdict, json, now, defect < 0 ? state : whole, missed, Optional.of(said));
    }

    ReviewedVerdict with(Missed another, Said said) {
        List<Missed> now = new ArrayList<>(missed);
        now.add(another);
        return new ReviewedVerdict(verdict, json, defects, whole, now, Optional.of(said));
    }

    /** Of the part as a whole: not verified while one defect is not, else the worst. */
    public ReviewState state() {
        if (defects.isEmpty()) {
            return missed.isEmpty() ? whole : ReviewState.DEFECT_CONFIRMED;
        }
        if (defects.contains(ReviewState.NOT_VERIFIED)) {
            return ReviewState.NOT_VERIFIED;
        }
        if (!missed.isEmpty() || defects.contains(ReviewState.DEFECT_CONFIRMED)) {
            return ReviewState.DEFECT_CONFIRMED;
        }
        if (defects.contains(ReviewState.REPAIRED)) {
            return ReviewState.REPAIRED;
        }
        return defects.contains(ReviewState.ACCEPTED) ? ReviewState.ACCEPTED : ReviewState.DEFECT_REJECTED;
    }
}
