package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Boxes;

/**
 * Boxes above the threshold, of one picture, before the best are chosen: parallel arrays and an order by confidence.
 * Made once for as many as a head can give.
 */
final class Candidates {
    /** A class is whole but for rounding. */
    private static final float CLASS_TOLERANCE = 0.25f;

    private final BoxForm form;
    private final int classes;
    private final boolean centred;
    private final float scaleX;
    private final float scaleY;
    private final float[] left;
    private final float[] top;
    private final float[] width;
    private final float[] height;
    private final float[] confidence;
    private final int[] classId;
    /** Sort keys: {@link #key}. */
    private final long[] keys;

    private int size;
    private int invalid;

    /** For as many as {@code capacity} boxes a picture, which the network gives as {@code boxes} says. */
    Candidates(int capacity, Boxes boxes, ModelInput input, int classes) {
        form = new BoxForm(boxes);
        this.classes = classes;
        centred = boxes.isCentred();
        scaleX = boxes.isNormalized() ? input.width() : 1;
        scaleY = boxes.isNormalized() ? input.height() : 1;
        left = new float[capacity];
        top = new float[capacity];
        width = new float[capacity];
        height = new float[capacity];
        confidence = new float[capacity];
        classId = new int[capacity];
        keys = new long[capacity];
    }

    void clear() {
        size = 0;
        invalid = 0;
    }

    int size() {
        return size;
    }

    /** How many were left out since {@link #clear()} because they cannot be. */
    int invalid() {
        return invalid;
    }

    /** Adds one whose class the network gives as a number, which must be whole but for rounding. */
    void addOfClass(float confidence, float classId, float x, float y, float x2, float y2) {
        if (!Float.isFinite(classId)) {
            throw OutputException.notFinite("the class of an object", classId);
        }
        int whole = Math.round(classId);
        if (whole < 0 || Math.abs(classId - whole) >= CLASS_TOLERANCE) {
            throw OutputException.misread("an object of class " + classId + ", expected a whole number from 0");
        }
        if (whole >= classes) {
            throw OutputException.misread("an object of class " + whole + ", but there are " + classes
                    + " labels, for classes from 0: it counts them from 1, or the labels are another model's");
        }
        add(confidence, whole, x, y, x2, y2);
    }

    /**
     * Adds one, its box in the network's form. Left out, and counted, are boxes without area.
     *
     * @throws OutputException if a value is not finite, or shows that the model is misread
     */
    void add(float confidence, int classId, float x, float y, float x2, float y2) {
        float width = (centred ? x2 : x2 - x) * scaleX;
        float height = (centred ? y2 : y2 - y) * scaleY;
        float left = centred ? x * scaleX - width / 2 : x * scaleX;
        float top = centred ? y * scaleY - height / 2 : y * scaleY;
        // Written so that NaN is one, too.
        if (!(confidence <= ModelOutput.MAX_CONFIDENCE)) {
            throw OutputException.ofConfidence("a confidence", confidence);
        }
        if (!Float.isFinite(left + top + width + height)) {
            throw OutputException.notFinite("the box of an object", left + top + width + height);
        }
        form.see(x, y, x2, y2);
        if (!(width > 0 && height > 0)) {
            invalid++;
            return;
        }
        this.left[size] = left;
        this.top[size] = top;
        this.width[size] = width;
        this.height[size] = height;
        this.confidence[size] = Math.min(Math.max(confidence, 0f), 1f);
        this.classId[size] = classId;
        keys[size] = key(this.confidence[size], size);
        size++;
    }

    /**
     * Brings the best to the front, when all of a picture are there.
     *
     * @throws OutputException if their boxes show that the model is misread
     */
    void sort() {
        form.endOfPicture();
        LongHeap.sort(keys, size);
    }

    /** Ascending keys are best first, ties by index. */
    static long key(float confidence, int index) {
        // Confidences are not negative, and bits of such floats are ordered as the floats are.
        long best = Integer.MAX_VALUE - Float.floatToRawIntBits(confidence);
        return best << 32 | index;
    }

    /** Copies the {@code rank}-th best; false when {@code into} is full. */
    boolean copy(int rank, Detections into) {
        int i = (int) keys[rank];
        return into.add(left[i], top[i], width[i], height[i], confidence[i], classId[i]);
    }
}
