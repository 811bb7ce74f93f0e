package io.ringsight.sinks.review;

import java.util.Arrays;
import java.util.List;

/** What a person found of a defect, in the words of IPC-CFX. */
public enum ReviewState {
    NOT_VERIFIED("not-verified", "nobody has looked at it yet"),
    DEFECT_CONFIRMED("defect-confirmed", "the defect is there"),
    DEFECT_REJECTED("defect-rejected", "there is no defect: a false call"),
    ACCEPTED("accepted", "the defect is there, and the part is good enough"),
    REPAIRED("repaired", "the defect was there and has been repaired");

    private final String wireName;
    private final String sentence;

    ReviewState(String wireName, String sentence) {
        this.wireName = wireName;
        this.sentence = sentence;
    }

    /** The state of that name. */
    public static ReviewState of(String wireName) {
        return Arrays.stream(values())
                .filter(state -> state.wireName.equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no state of a review: " + wireName));
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(ReviewState::wireName).toList();
    }

    /** The name in the API, in metrics and on the disk. */
    public String wireName() {
        return wireName;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }

    /** Whether there was a defect. */
    public boolean isReal() {
        return this == DEFECT_CONFIRMED || this == ACCEPTED || this == REPAIRED;
    }
}
