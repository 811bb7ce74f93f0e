package io.ringsight.core.decision;

import java.util.EnumSet;
import java.util.Set;

/** What keeps a part from being judged. One of them is enough for {@code unknown}. */
public enum Doubt {
    GAP("gap", "the camera gave no frames during a part of the window"),
    FRAME_LOST("frame-lost", "a frame that may have shown the part was lost before it was analysed"),
    LATE("late", "a frame of the part was older than the source's deadline when its turn came"),
    MODEL_FAILED(
            "model-failed", "a frame of the part could not be computed, or a second model did not say what was found"),
    MODEL_CHANGED("model-changed", "another model took over while the part was seen"),
    CLASS_MISSING("class-missing", "a model does not know a class that the verdict depends on"),
    SUSPECT("suspect", "a picture of the part may not show what was before the camera"),
    CUT("cut", "a frame of the part had more objects than are kept or looked at, or boxes that cannot be"),
    TIME("time", "when a frame was taken is not known well enough to say which part it shows"),
    TOO_FEW_FRAMES("too-few-frames", "fewer frames of the part were seen than expected"),
    DEADLINE("deadline", "the deadline came before all frames of the window"),
    HISTORY("history", "the window began before the frames that are still remembered"),
    TOO_MANY_PARTS("too-many-parts", "too many parts were open at a time"),
    NOT_DURABLE("not-durable", "the verdict could not be kept on the disk"),
    STOPPED("stopped", "Ringsight, or the source, was stopped before the part was judged"),
    DOWN("down", "Ringsight was not running");

    private final String wireName;
    private final String sentence;

    Doubt(String wireName, String sentence) {
        this.wireName = wireName;
        this.sentence = sentence;
    }

    /** The name in messages. */
    public String wireName() {
        return wireName;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }

    /** Those whose {@link #bit bits} are set. */
    public static Set<Doubt> of(int bits) {
        Set<Doubt> doubts = EnumSet.noneOf(Doubt.class);
        for (Doubt doubt : values()) {
            if ((bits & doubt.bit()) != 0) {
                doubts.add(doubt);
            }
        }
        return doubts;
    }

    /** Its bit in a set of them. */
    public int bit() {
        return 1 << ordinal();
    }
}
