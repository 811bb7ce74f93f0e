package io.ringsight.core.frame;

import io.ringsight.core.time.CaptureClock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One decoded picture and when it was taken. A reference to pixels, never a copy: the planes belong to the source that
 * made the picture and stay valid and unchanged as long as somebody holds a reference.
 *
 * <p><b>Ownership.</b> A source makes a fixed pool of pictures once, scans it for one it can {@link #tryAcquire()},
 * fills it and offers it to its intake, which takes over that one reference. Whoever keeps the picture longer calls
 * {@link #retain()} while holding a reference, and {@link #release()} when done, on any thread. At zero references the
 * picture is the source's again. Nothing is allocated.
 *
 * <p><b>Threads.</b> Written only by the source's thread between acquiring and offering; after that it is read-only.
 */
public final class Picture {
    /** The most planes a format has. */
    public static final int MAX_PLANES = 4;
    /** The value of an unknown time. */
    public static final long UNKNOWN = Long.MIN_VALUE;

    private final AtomicInteger references = new AtomicInteger();
    private final long[] planeAddress = new long[MAX_PLANES];
    private final int[] planeStride = new int[MAX_PLANES];
    private int width;
    private int height;
    private int pixelFormat;
    private double pixelAspect = 1;
    private ColorMatrix matrix = ColorMatrix.BT601;
    private ColorRange range = ColorRange.LIMITED;
    private MemoryKind memory = MemoryKind.HOST;
    private long ptsNs;
    private long captureUtcNs;
    private CaptureClock captureClock = CaptureClock.ARRIVAL;
    private long uncertaintyUs;
    private long decodeNs;

    /** Takes the first reference if nobody holds one. For the source that owns the picture. */
    public boolean tryAcquire() {
        return references.compareAndSet(0, 1);
    }

    /** Adds a reference. The caller must hold one. */
    public void retain() {
        if (references.getAndIncrement() <= 0) {
            throw new IllegalStateException("retain() of a picture nobody holds");
        }
    }

    /** Gives one reference back. */
    public void release() {
        if (references.decrementAndGet() < 0) {
            throw new IllegalStateException("release() of a picture nobody holds");
        }
    }

    /** Whether nobody holds a reference: its planes may be freed or written again by their owner. */
    public boolean isFree() {
        return references.get() == 0;
    }

    /** Sets size and layout, of square pixels. Planes must be set again after it. */
    public void layout(int width, int height, int pixelFormat) {
        this.width = width;
        this.height = height;
        this.pixelFormat = pixelFormat;
        this.pixelAspect = 1;
        this.memory = MemoryKind.HOST;
    }

    /** Sets the width of a pixel divided by its height, where that is not 1. */
    public void pixelAspect(double pixelAspect) {
        this.pixelAspect = pixelAspect;
    }

    /** Sets how its colours are coded; without meaning for RGB formats. */
    public void color(ColorMatrix matrix, ColorRange range) {
        this.matrix = matrix;
        this.range = range;
    }

    /** Sets where plane {@code index} begins and the bytes from one of its rows to the next. */
    public void plane(int index, long address, int stride) {
        planeAddress[index] = address;
        planeStride[index] = stride;
    }

    /** Declares the planes to be in device memory. */
    public void memory(MemoryKind memory) {
        this.memory = memory;
    }

    /**
     * Sets when it was taken.
     *
     * @param ptsNs presentation time in the stream's own time line, or {@link #UNKNOWN}
     * @param captureUtcNs nanoseconds since 1970 by {@code clock}
     * @param uncertaintyUs how far {@code captureUtcNs} may be off, in microseconds, or {@link #UNKNOWN}
     */
    public void captured(long ptsNs, long captureUtcNs, CaptureClock clock, long uncertaintyUs) {
        this.ptsNs = ptsNs;
        this.captureUtcNs = captureUtcNs;
        this.captureClock = clock;
        this.uncertaintyUs = uncertaintyUs;
    }

    /** Sets how long the decoder worked on it. */
    public void decodedIn(long decodeNs) {
        this.decodeNs = decodeNs;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** FFmpeg's {@code AVPixelFormat} number; see {@link PixelFormat}. */
    public int pixelFormat() {
        return pixelFormat;
    }

    /** Width of a pixel as it is shown, divided by its height; 1 for square pixels, and where nothing is known. */
    public double pixelAspect() {
        return pixelAspect;
    }

    public ColorMatrix matrix() {
        return matrix;
    }

    public ColorRange range() {
        return range;
    }

    public MemoryKind memory() {
        return memory;
    }

    /** Native address of plane {@code index}, 0 where the format has no such plane. */
    public long planeAddress(int index) {
        return planeAddress[index];
    }

    /** Bytes from one row of plane {@code index} to the next. */
    public int planeStride(int index) {
        return planeStride[index];
    }

    /** Presentation time in the stream's own time line, or {@link #UNKNOWN}. */
    public long ptsNs() {
        return ptsNs;
    }

    /** When the light hit the sensor, nanoseconds since 1970, by {@link #captureClock()}. */
    public long captureUtcNs() {
        return captureUtcNs;
    }

    public CaptureClock captureClock() {
        return captureClock;
    }

    /** How far {@link #captureUtcNs()} may be off, in microseconds, or {@link #UNKNOWN}. */
    public long uncertaintyUs() {
        return uncertaintyUs;
    }

    /** Time the decoder worked on it. */
    public long decodeNs() {
        return decodeNs;
    }
}
