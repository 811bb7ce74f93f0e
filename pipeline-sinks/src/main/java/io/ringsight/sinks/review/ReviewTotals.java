package io.ringsight.sinks.review;

import java.util.Map;
import java.util.TreeMap;

/** How often people found what, by class. Not for several threads. */
public final class ReviewTotals {
    /**
     * Of one class.
     *
     * @param confirmed reported, and there
     * @param rejected reported, and not there
     * @param accepted reported and there, and the part was good enough
     * @param repaired reported and there, and repaired
     * @param missed there, and not reported
     */
    public record OfClass(long confirmed, long rejected, long accepted, long repaired, long missed) {
        private static final OfClass NONE = new OfClass(0, 0, 0, 0, 0);

        private OfClass and(ReviewState state, long n) {
            return switch (state) {
                case NOT_VERIFIED -> this;
                case DEFECT_CONFIRMED -> new OfClass(confirmed + n, rejected, accepted, repaired, missed);
                case DEFECT_REJECTED -> new OfClass(confirmed, rejected + n, accepted, repaired, missed);
                case ACCEPTED -> new OfClass(confirmed, rejected, accepted + n, repaired, missed);
                case REPAIRED -> new OfClass(confirmed, rejected, accepted, repaired + n, missed);
            };
        }

        private OfClass andMissed(long n) {
            return new OfClass(confirmed, rejected, accepted, repaired, missed + n);
        }

        /** How many of the class people found in this state. */
        public long of(ReviewState state) {
            return switch (state) {
                case NOT_VERIFIED -> 0;
                case DEFECT_CONFIRMED -> confirmed;
                case DEFECT_REJECTED -> rejected;
                case ACCEPTED -> accepted;
                case REPAIRED -> repaired;
            };
        }

        private long real() {
            return confirmed + accepted + repaired;
        }

        /** Of what was reported and looked at, the share that is not there; NaN where nothing was. */
        public double falseCallRate() {
            return (double) rejected / (rejected + real());
        }

        /** Of what was there, as far as people know, the share that was not reported; NaN where nothing was. */
        public double escapeRate() {
            return (double) missed / (missed + real());
        }
    }

    private final Map<String, OfClass> classes = new TreeMap<>();

    /** What people said of one verdict. */
    void add(ReviewedVerdict reviewed) {
        for (int i = 0; i < reviewed.defects().size(); i++) {
            add(reviewed.verdict().defects().get(i).label(), reviewed.defects().get(i), 1);
        }
        reviewed.missed().forEach(missed -> addMissed(missed.label(), 1));
    }

    void add(String label, ReviewState state, long n) {
        if (state != ReviewState.NOT_VERIFIED && n > 0) {
            classes.merge(label, OfClass.NONE.and(state, n), (a, b) -> a.and(state, n));
        }
    }

    void addMissed(String label, long n) {
        if (n > 0) {
            classes.merge(label, OfClass.NONE.andMissed(n), (a, b) -> a.andMissed(n));
        }
    }

    ReviewTotals copy() {
        ReviewTotals copy = new ReviewTotals();
        copy.classes.putAll(classes);
        return copy;
    }

    /** By class, in the order of their names. */
    public Map<String, OfClass> classes() {
        return new TreeMap<>(classes);
    }
}
