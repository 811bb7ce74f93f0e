package io.ringsight.core.detect;

import java.nio.FloatBuffer;

/**
 * Turns a model's output into detections. One per output layout; holds scratch memory, so each thread has its own.
 *
 * <p>Boxes come out in the model's input pixels; {@code core.preprocess.Letterbox} takes them back to the source's.
 * Allocates nothing.
 */
public interface DetectionDecoder {
    /**
     * Decodes one picture of a batch.
     *
     * @param output the whole output tensor, native order, position 0; read by absolute index only
     * @param row which picture of the batch
     * @param threshold least confidence
     * @param into what is found is added behind what is there, highest confidence first, at most up to its capacity; it
     *     says if that was not enough, and how many were left out because they cannot be
     * @throws OutputException if a value that decides is NaN or infinite, or the model is misread: then for every
     *     output from the first such on; nothing is added then
     */
    void decode(FloatBuffer output, int row, float threshold, Detections into);

    /** Room for this many {@link Detections} is enough for every picture, or as much as is worth its memory. */
    default int capacity() {
        return Detections.DEFAULT_CAPACITY;
    }
}
