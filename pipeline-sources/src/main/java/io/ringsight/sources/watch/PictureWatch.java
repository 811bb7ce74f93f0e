package io.ringsight.sources.watch;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.memory.NativeMemory;

/**
 * Sees whether a camera's pictures change at all, and whether they are black, by the mean luma of {@value #COLUMNS} x
 * {@value #ROWS} cells, sixteen samples each.
 *
 * <p><b>How much is a change:</b> more than {@value #CHANGE} of 255 levels in any cell. A camera whose sensor hangs
 * still encodes: each key frame of the same picture comes out a little different (up to 16 levels a cell were seen of
 * x264 at a low bitrate), so pictures are not compared bit by bit. The price: a scene in which nothing moves and
 * nothing flickers looks just the same as a frozen camera.
 *
 * <p>Looks at a picture at most {@value #LOOKS} times in the shortest time-out, and at each while something is wrong: a
 * look takes about 0.05 ms. Pictures in device memory are not looked at.
 *
 * <p>Owned by the source's thread; allocates nothing but at a larger picture.
 */
public final class PictureWatch {
    static final int COLUMNS = 64;
    static final int ROWS = 36;
    static final int CHANGE = 20;
    /** Limited range has its black at 16; a lens cap and some noise. */
    static final int BLACK = 28;

    static final int LOOKS = 40;
    private static final int SAMPLES = 4;
    private static final long NEVER = Long.MIN_VALUE;

    private final long timeoutNs;
    private final NativeMemory plane = new NativeMemory();
    private final int[] cells = new int[COLUMNS * ROWS];
    private final int[] reference = new int[COLUMNS * ROWS];
    private byte[] row = new byte[0];
    private int width;
    private int height;
    private int format;
    private int brightest;
    private long lookedNs = NEVER;
    private long changedNs;
    private long litNs;

    /** @param timeoutNs how long the picture may be unchanged or black; 0: for ever */
    public PictureWatch(long timeoutNs) {
        this.timeoutNs = timeoutNs;
    }

    /** The camera was reopened: what was seen before says nothing. */
    public void begin() {
        lookedNs = NEVER;
    }

    /** A picture came. */
    public void look(Picture picture, long nowNs) {
        if (timeoutNs == 0 || picture.memory() != MemoryKind.HOST || !hasBytesToLookAt(picture)) {
            return;
        }
        boolean suspicious = isFrozen(nowNs) || isBlack(nowNs);
        if (lookedNs != NEVER && !suspicious && nowNs - lookedNs < timeoutNs / LOOKS) {
            return;
        }
        boolean first = lookedNs == NEVER || !hasSizeOf(picture);
        lookedNs = nowNs;
        sample(picture);
        if (first || hasChanged()) {
            System.arraycopy(cells, 0, reference, 0, cells.length);
            changedNs = nowNs;
        }
        if (first || brightest > BLACK) {
            litNs = nowNs;
        }
    }

    /** Formats of less than a byte per pixel are not looked at: their rows are shorter than a pixel's bytes add up to. */
    private static boolean hasBytesToLookAt(Picture picture) {
        int rowBytes = picture.width() * LumaLayout.of(picture.pixelFormat()).step();
        return picture.planeAddress(0) != 0 && Math.abs(picture.planeStride(0)) >= rowBytes;
    }

    /** Whether the picture has not changed for the time-out. */
    public boolean isFrozen(long nowNs) {
        return isOver(changedNs, nowNs);
    }

    /** Whether the picture has been black for the time-out. */
    public boolean isBlack(long nowNs) {
        return isOver(litNs, nowNs);
    }

    private boolean isOver(long sinceNs, long nowNs) {
        return timeoutNs > 0 && lookedNs != NEVER && nowNs - sinceNs >= timeoutNs;
    }

    private boolean hasSizeOf(Picture picture) {
        return picture.width() == width && picture.height() == height && picture.pixelFormat() == format;
    }

    private boolean hasChanged() {
        for (int i = 0; i < cells.length; i++) {
            if (Math.abs(cells[i] - reference[i]) > CHANGE * SAMPLES * SAMPLES) {
                return true;
            }
        }
        return false;
    }

    private void sample(Picture picture) {
        width = picture.width();
        height = picture.height();
        format = picture.pixelFormat();
        LumaLayout layout = LumaLayout.of(format);
        int rowBytes = width * layout.step();
        if (row.length < rowBytes) {
            row = new byte[rowBytes];
        }
        java.util.Arrays.fill(cells, 0);
        int lines = ROWS * SAMPLES;
        for (int line = 0; line < lines; line++) {
            int y = (2 * line + 1) * height / (2 * lines);
            plane.at(picture.planeAddress(0) + (long) y * picture.planeStride(0))
                    .get(row, 0, rowBytes);
            sampleRow(layout, line / SAMPLES * COLUMNS);
        }
        int most = 0;
        for (int cell : cells) {
            most = Math.max(most, cell);
        }
        brightest = most / (SAMPLES * SAMPLES);
    }

    private void sampleRow(LumaLayout layout, int firstCell) {
        int samples = COLUMNS * SAMPLES;
        for (int i = 0; i < samples; i++) {
            int x = (2 * i + 1) * width / (2 * samples);
            int at = x * layout.step() + layout.offset();
            int luma = row[at] & 0xff;
            if (layout.shift() > 0) {
                luma = (luma | (row[at + 1] & 0xff) << 8) >> layout.shift();
            }
            cells[firstCell + i / SAMPLES] += luma;
        }
    }
}
