package io.ringsight.sources.synthetic;

import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of one synthetic source: YUV 4:2:0, BT.601, limited range, in native memory. They differ in luma only;
 * the one grey chroma plane serves them all, which saves a third of the memory. Owned by the source's thread.
 */
final class LumaPictures implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LumaPictures.class);
    /** Rows begin where swscale's widest loads like it, and may be read that far behind their end. */
    private static final int ALIGNMENT = 64;

    private static final byte NO_COLOUR = (byte) 128;
    private static final long PATIENCE_NS = 2_000_000_000L;
    private static final long PARK_NS = 1_000_000L;

    private final int stride;
    private final Picture[] pictures;
    private final Pointer[] memory;
    private final ByteBuffer[] luma;
    private final Pointer chroma;
    private int latest;
    private long parksLeft = PATIENCE_NS / PARK_NS;

    LumaPictures(int count, int width, int height) {
        stride = (width + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        int chromaStride = ((width + 1) / 2 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        long chromaSize = (long) chromaStride * ((height + 1) / 2);
        chroma = allocate(chromaSize);
        Pointer.memset(chroma, NO_COLOUR, chromaSize);
        pictures = new Picture[count];
        memory = new Pointer[count];
        luma = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            memory[i] = allocate((long) stride * height);
            luma[i] =
                    new BytePointer(memory[i]).capacity((long) stride * height).asByteBuffer();
            pictures[i] = new Picture();
            pictures[i].layout(width, height, PixelFormat.YUV420P);
            pictures[i].color(ColorMatrix.BT601, ColorRange.LIMITED);
            pictures[i].plane(0, memory[i].address(), stride);
            pictures[i].plane(1, chroma.address(), chromaStride);
            pictures[i].plane(2, chroma.address(), chromaStride);
        }
    }

    private static Pointer allocate(long size) {
        Pointer pointer = av_malloc(size + ALIGNMENT);
        if (pointer == null || pointer.isNull()) {
            throw new OutOfMemoryError("no native memory for a picture of " + size + " bytes");
        }
        return pointer;
    }

    /** The first picture nobody holds, acquired; null if there is none. Memory never needed is never touched. */
    Picture tryAcquire() {
        for (int i = 0; i < pictures.length; i++) {
            if (pictures[i].tryAcquire()) {
                latest = i;
                return pictures[i];
            }
        }
        return null;
    }

    /** Where the luma of a picture acquired last lies, {@link #stride} bytes a row. */
    ByteBuffer luma(Picture acquired) {
        if (acquired != pictures[latest]) {
            throw new IllegalArgumentException("only the picture acquired last is written");
        }
        return luma[latest];
    }

    int stride() {
        return stride;
    }

    /** Frees the memory, after waiting two seconds at most for those who still read it. What they keep is not freed. */
    @Override
    public void close() {
        int held = 0;
        for (int i = 0; i < pictures.length; i++) {
            if (awaitFree(pictures[i])) {
                av_free(memory[i]);
            } else {
                held++;
            }
        }
        if (held == 0) {
            av_free(chroma);
        } else {
            LOG.warn("{} of {} pictures are still held: their memory is not freed", held, pictures.length);
        }
    }

    /** Takes the picture back for good. */
    private boolean awaitFree(Picture picture) {
        boolean interrupted = false;
        boolean free = picture.tryAcquire();
        while (!free && parksLeft-- > 0) {
            LockSupport.parkNanos(PARK_NS);
            interrupted |= Thread.interrupted();
            free = picture.tryAcquire();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return free;
    }
}
