package io.ringsight.sources;

import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Who decodes, and on which GPU.
 *
 * @param wanted by the user
 * @param device the GPU in whose memory pictures may lie now, because all who will see them read it there; empty: they
 *     must lie in host memory. Asked by the source's thread, at each opening and for each frame; must be cheap
 */
public record Decoding(Decode wanted, Supplier<OptionalInt> device) {
    /** The processor decodes. */
    public static final Decoding ON_CPU = new Decoding(Decode.CPU, OptionalInt::empty);
}
