package io.ringsight.core.infer;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A model opened: what computes it at once and, perhaps, what shall take over.
 *
 * @param now loaded and warm; whoever gets this closes it
 * @param better opens a better device, on the thread that calls it; may take minutes and may throw
 * @param betterIsReady whether that is a matter of seconds, so that it is better waited for
 */
public record Opened(InferenceBackend now, Optional<Supplier<InferenceBackend>> better, boolean betterIsReady) {
    /** Nothing takes over. */
    public static Opened of(InferenceBackend backend) {
        return new Opened(backend, Optional.empty(), false);
    }
}
