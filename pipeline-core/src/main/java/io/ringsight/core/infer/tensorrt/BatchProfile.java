package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.model.ModelInput;
import java.util.ArrayList;
import java.util.List;

/**
 * Batch sizes that an engine has kernels of their own for: one of TensorRT's optimization profiles. TensorRT chooses the
 * kernels that are fastest for the largest of them, so a single picture must not share a profile with a full batch.
 *
 * @param index the profile's number in the engine
 * @param smallest smallest batch
 * @param largest largest batch, the one the kernels are chosen for
 */
record BatchProfile(int index, int smallest, int largest) {
    /** Sizes with kernels of their own, besides the largest: more would make building an engine take longer. */
    private static final int[] TUNED = {1, 8, 16};

    /** The profiles of an engine for batches of 1 to {@code maxBatch}, or of the input's only size. */
    static List<BatchProfile> of(ModelInput input, int maxBatch) {
        int fixed = input.fixedBatch();
        if (fixed > 0) {
            return List.of(new BatchProfile(0, fixed, fixed));
        }
        List<BatchProfile> profiles = new ArrayList<>();
        int next = 1;
        for (int size : TUNED) {
            if (size < maxBatch) {
                profiles.add(new BatchProfile(profiles.size(), next, size));
                next = size + 1;
            }
        }
        profiles.add(new BatchProfile(profiles.size(), next, maxBatch));
        return profiles;
    }
}
