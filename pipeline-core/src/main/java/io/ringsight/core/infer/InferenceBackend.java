package io.ringsight.core.infer;

import io.ringsight.core.infer.open.Backends;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model loaded on a device, and its lanes. Knows tensors only: what the numbers mean is {@code core.detect}'s matter.
 *
 * <p>Made by {@link Backends}; closing it closes its lanes, which must be idle. Closing twice is allowed.
 */
public interface InferenceBackend extends AutoCloseable {
    /** Name in messages and metrics, e.g. {@code onnxruntime-cpu}. */
    String name();

    /** The lanes, made once. As many batches can be in flight. */
    List<Lane> lanes();

    /** The most pictures one launch of a lane takes. */
    int maxBatch();

    /**
     * The GPU in whose memory pictures may lie now; empty: they must be in host memory. Any thread, as often as it likes.
     */
    default OptionalInt cudaDevice() {
        return OptionalInt.empty();
    }

    /** Where camera threads copy pictures for the lanes; empty: lanes copy. Any thread, as often as it likes. */
    default Optional<Staging> staging() {
        return Optional.empty();
    }

    @Override
    void close();
}
