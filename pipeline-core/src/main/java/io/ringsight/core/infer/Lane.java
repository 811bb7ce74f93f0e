package io.ringsight.core.infer;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.PreprocessException;
import java.nio.FloatBuffer;

/**
 * One batch in flight: input and output buffers made once, and whatever computes them. The order of calls is
 * {@code load* launch await output*}, over and over.
 *
 * <p><b>Threads.</b> {@code load} and {@code launch} are called by one thread, {@code await} and {@code output} by
 * another; the caller hands the lane over between them. Nothing is allocated on either.
 */
public interface Lane {
    /**
     * Letterboxes a picture into row {@code row} of the input. The pixels are not needed after
     * {@link #await()}; on host memory not after this call.
     *
     * @throws InferenceException if this picture cannot be preprocessed; the lane stays usable
     */
    void load(int row, Picture picture);

    /** As above, a part of a picture: a tile, a region, an object. */
    default void load(int row, Picture picture, Crop crop) {
        Picture part;
        try {
            part = crop.of(picture);
        } catch (PreprocessException e) {
            throw InferenceException.ofFrame(e.getMessage(), e);
        }
        load(row, part);
    }

    /**
     * As above, of a picture that may have been copied for this lane's backend, or for another.
     *
     * @param staged the copy, which must stay until {@link #await()}; or null
     */
    default void load(int row, Picture picture, Crop crop, StagedPicture staged) {
        load(row, picture, crop);
    }

    /** Starts computing rows 0 to {@code rows - 1}; returns at once. */
    void launch(int rows);

    /**
     * Waits until the launched rows are computed.
     *
     * @throws InferenceException if computing failed; the lane stays usable unless the exception is fatal
     */
    void await() throws InterruptedException;

    /** The output tensor of the last launch, native order; valid until the next launch. Read by absolute index. */
    FloatBuffer output();

    /** How row {@code row}'s picture, or part of one, was laid into the input. */
    Letterbox letterbox(int row);
}
