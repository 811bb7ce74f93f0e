package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.memory.NativeMemory;
import io.ringsight.sources.libav.FilterChain;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.javacpp.Loader;

/**
 * Turns decoded frames upright where their display matrix asks for it; others are left as they are, at no cost. One frame
 * in, one frame out. A picture in a GPU's memory is brought to host memory for that.
 *
 * <p>Owned by the source's thread. Allocates nothing but when size, format or orientation changes.
 */
final class UprightFilter implements AutoCloseable {
    private static final int SIDE_DATA_AT = Loader.offsetof(AVFrame.class, "side_data");
    private static final int TYPE_AT = Loader.offsetof(AVFrameSideData.class, "type");
    private static final int DATA_AT = Loader.offsetof(AVFrameSideData.class, "data");

    private final NativeMemory memory = new NativeMemory();
    private final FilterChain chain = new FilterChain();

    /** Whether showing {@code frame} upright swaps its width and height. */
    boolean swapsAxes(AVFrame frame) {
        return orientation(frame).swapsAxes();
    }

    /** Turns {@code frame} upright in its place; returns FFmpeg's error code if that cannot be, else 0. */
    int turn(AVFrame frame) {
        Orientation wanted = orientation(frame);
        if (wanted == Orientation.UPRIGHT) {
            return 0;
        }
        int result = chain.toHost(frame);
        if (result >= 0 && !chain.fits(frame, wanted.filters())) {
            result = chain.build(frame, wanted.filters());
        }
        if (result >= 0) {
            result = chain.push(frame);
        }
        if (result >= 0) {
            result = chain.pull(frame);
        }
        return Math.min(result, 0);
    }

    private Orientation orientation(AVFrame frame) {
        int entries = frame.nb_side_data();
        if (entries == 0) {
            return Orientation.UPRIGHT;
        }
        long list = memory.longAt(frame.address() + SIDE_DATA_AT);
        for (int i = 0; i < entries; i++) {
            long entry = memory.longAt(list + (long) i * Long.BYTES);
            if (memory.intAt(entry + TYPE_AT) == AV_FRAME_DATA_DISPLAYMATRIX) {
                long matrix = memory.longAt(entry + DATA_AT);
                return Orientation.of(
                        memory.intAt(matrix),
                        memory.intAt(matrix + 4),
                        memory.intAt(matrix + 12),
                        memory.intAt(matrix + 16));
            }
        }
        return Orientation.UPRIGHT;
    }

    /** Frees the filters; frames that came out of them live on. Twice is allowed. */
    @Override
    public void close() {
        chain.close();
    }
}
