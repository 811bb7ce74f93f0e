package io.ringsight.sources.spec;

import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What is decoded, by whom, on which GPU, and what becomes of interlaced pictures.
 *
 * @param wanted by the user
 * @param device the GPU in whose memory pictures may lie now, because all who will see them read it there; empty: they
 *     must lie in host memory. Asked by the source's thread, at each opening and for each frame; must be cheap
 * @param deinterlace wanted by the user
 * @param track which of several videos, counted from 1; 0: as the URI says, or the main one
 */
public record Decoding(Decode wanted, Supplier<OptionalInt> device, Deinterlace deinterlace, int track) {
    /** The highest number of a track. */
    public static final int MAX_TRACK = 99;

    /** The CPU decodes the main video. */
    public static final Decoding ON_CPU = onCpu(Deinterlace.AUTO, 0);

    /** The CPU decodes video {@code track}; interlaced pictures are treated as {@code deinterlace} says. */
    public static Decoding onCpu(Deinterlace deinterlace, int track) {
        return new Decoding(Decode.CPU, OptionalInt::empty, deinterlace, track);
    }

    /** As {@link Deinterlace#AUTO} says. */
    public Decoding(Decode wanted, Supplier<OptionalInt> device) {
        this(wanted, device, Deinterlace.AUTO, 0);
    }
}
