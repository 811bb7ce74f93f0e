package io.ringsight.core.detect;

import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Boxes;

/**
 * Watches whether the boxes a network gives can be of the form they are read in. A file that gives rows of zeros where it
 * finds nothing shows its form only when it finds something, which may be long after it was loaded.
 */
final class BoxForm {
    /** Of corners few are swapped; of centres and sizes, read as corners, many are. */
    private static final int MIN_SWAPPED = 3;

    private static final int BOXES_PER_SWAPPED = 10;

    private final Boxes boxes;
    private float largest;
    private long swapped;
    private long seen;

    BoxForm(Boxes boxes) {
        this.boxes = boxes;
    }

    /**
     * One box of an object, its numbers finite and as the network gives them.
     *
     * @throws OutputException if they are pixels, expected fractions; or centre and size, expected corners
     */
    void see(float x, float y, float x2, float y2) {
        largest = Math.max(largest, Math.max(Math.max(Math.abs(x), Math.abs(y)), Math.max(Math.abs(x2), Math.abs(y2))));
        if (boxes.isNormalized() && largest > ModelOutput.MIN_PIXELS) {
            throw OutputException.misread("a box with a coordinate of " + largest + ", expected fractions of the"
                    + " picture: if these are pixels, say 'boxes: xyxy' or 'boxes: cxcywh' in a model YAML");
        }
        if (!boxes.isCentred()) {
            seeCorners(x2 < x || y2 < y);
        }
    }

    private void seeCorners(boolean isSwapped) {
        swapped += isSwapped ? 1 : 0;
        seen++;
        if (swapped >= MIN_SWAPPED && swapped * BOXES_PER_SWAPPED > seen) {
            throw OutputException.misread(swapped + " boxes of " + seen + " that end before they begin: if they are"
                    + " centre, width and height, say 'boxes: cxcywh' in a model YAML");
        }
    }

    /**
     * All boxes of a picture were seen.
     *
     * @throws OutputException if these, the first of all, are fractions, expected pixels
     */
    void endOfPicture() {
        if (largest > 0 && largest <= ModelOutput.MAX_FRACTION && !boxes.isNormalized()) {
            throw OutputException.misread("boxes that all lie within 0..2 pixels: if they are fractions of the"
                    + " picture, say 'boxes: normalized-xyxy' or 'boxes: normalized-cxcywh' in a model YAML");
        }
    }
}
