package io.ringsight.core.preprocess;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;

/**
 * The letterboxes of the newest shapes of pictures: where cameras of several sizes, or tiles and whole pictures, follow
 * each other, none is made for a picture. One thread.
 */
public final class Letterboxes {
    /** More shapes than this in turn make one for each picture again: small, and rare. */
    private static final int MAX_KEPT = 64;

    private final ModelInput input;
    private final Letterbox[] kept = new Letterbox[MAX_KEPT];
    private int oldest;

    /** Of pictures that are fitted into {@code input}. */
    public Letterboxes(ModelInput input) {
        this.input = input;
    }

    /** How {@code picture} lies in the input. */
    public Letterbox of(Picture picture) {
        for (Letterbox box : kept) {
            if (box != null && box.suits(picture)) {
                return box;
            }
        }
        Letterbox fitted = Letterbox.fit(picture, input);
        kept[oldest] = fitted;
        oldest = (oldest + 1) % MAX_KEPT;
        return fitted;
    }
}
