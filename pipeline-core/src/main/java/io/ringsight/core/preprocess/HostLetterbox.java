package io.ringsight.core.preprocess;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GBRPF32LE;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.TensorType;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Letterboxes pictures in host memory into rows of an input tensor: swscale converts, scales and normalises in one
 * pass straight into the tensor's planes. Any pixel format FFmpeg reads; colour matrix and range of each picture count.
 *
 * <pre>
 *   width a multiple of 16:  picture --swscale--> tensor
 *   any other width:         picture --swscale--> scratch --copy rows--> tensor    (swscale writes whole vectors)
 *   float16:                 picture --swscale--> scratch --convert--> tensor      (swscale writes no half floats)
 *   uint8:                   picture --swscale--> scratch --round--> tensor        (its way to 8 bits misplaces pixels)
 * </pre>
 *
 * <p><b>Cost.</b> About 0.6 ms for a 1080p picture into 640x640. Contexts are kept for the last {@value #CAPACITY}
 * kinds of pictures; a picture of a known kind allocates nothing. A row's padding is written when its geometry changes.
 *
 * <p><b>Threads.</b> Used by one thread at a time. Native memory is freed by {@link #close()}.
 */
public final class HostLetterbox implements AutoCloseable {
    /** How many kinds of pictures (size, shape of pixels, format, colours) are remembered. */
    static final int CAPACITY = 64;
    /** Pixels swscale writes at a time at most. */
    private static final int VECTOR = 16;
    /** What swscale multiplies 8-bit values with for float targets. */
    private static final float UNIT = 1 / 255f;

    private final ModelInput input;
    private final Scaler[] scalers = new Scaler[CAPACITY];
    private final LongPointer sourcePlanes = new LongPointer(Picture.MAX_PLANES);
    private final LongPointer targetPlanes = new LongPointer(Picture.MAX_PLANES);
    private final PointerPointer<LongPointer> sourceArray = new PointerPointer<>(sourcePlanes);
    private final PointerPointer<LongPointer> targetArray = new PointerPointer<>(targetPlanes);
    private final IntPointer sourceStrides = new IntPointer(Picture.MAX_PLANES);
    private final IntPointer targetStrides = new IntPointer(Picture.MAX_PLANES);
    private final int scratchStride;
    private final TensorMemory scratchMemory;
    private final TensorRow scratch;
    private int known;
    private long uses;

    public HostLetterbox(ModelInput input) {
        this.input = input;
        scratchStride = (input.width() + VECTOR) / VECTOR * VECTOR * Float.BYTES;
        scratchMemory = new TensorMemory(3 * scratchStride * input.height());
        scratch = new TensorRow(scratchMemory.bytes());
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            sourcePlanes.put(i, 0);
            targetPlanes.put(i, 0);
            sourceStrides.put(i, 0);
            targetStrides.put(i, 0);
        }
    }

    /**
     * Writes {@code picture} into {@code row} and returns how it lies there.
     *
     * @throws PreprocessException if FFmpeg cannot convert the picture
     */
    public Letterbox load(Picture picture, TensorRow row) {
        if (picture.memory() != MemoryKind.HOST) {
            throw new PreprocessException("the picture is not in host memory");
        }
        Scaler scaler = scaler(picture);
        Letterbox box = scaler.letterbox;
        if (row.letterbox() == null || !box.liesAs(row.letterbox())) {
            fillWithPadding(row);
        }
        row.letterbox(box);
        boolean direct = input.type() == TensorType.FLOAT32 && box.width() % VECTOR == 0;
        if (direct) {
            int stride = input.width() * Float.BYTES;
            scale(scaler, picture, row.address + offset(box.left(), box.top()), stride, stride * input.height());
        } else {
            scale(scaler, picture, scratch.address, scratchStride, scratchStride * input.height());
            copyScratch(box, row);
        }
        if (input.type() == TensorType.FLOAT32 && input.scale() != UNIT) {
            rescale(box, row);
        }
        return box;
    }

    private Scaler scaler(Picture picture) {
        uses++;
        for (int i = 0; i < known; i++) {
            if (scalers[i].fits(picture) && scalers[i].letterbox.suits(picture)) {
                scalers[i].lastUse = uses;
                return scalers[i];
            }
        }
        Scaler made = new Scaler(picture, Letterbox.fit(picture, input), AV_PIX_FMT_GBRPF32LE);
        made.lastUse = uses;
        scalers[place()] = made;
        return made;
    }

    /** A free place, or that of the scaler unused for longest, which is closed. */
    private int place() {
        if (known < CAPACITY) {
            return known++;
        }
        int oldest = 0;
        for (int i = 1; i < CAPACITY; i++) {
            if (scalers[i].lastUse < scalers[oldest].lastUse) {
                oldest = i;
            }
        }
        scalers[oldest].close();
        return oldest;
    }

    private void scale(Scaler scaler, Picture picture, long target, int stride, int planeBytes) {
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            sourcePlanes.put(i, picture.planeAddress(i));
            sourceStrides.put(i, picture.planeStride(i));
        }
        // FFmpeg's order of planes is green, blue, red.
        boolean rgb = input.order() == ChannelOrder.RGB;
        targetPlanes.put(0, target + planeBytes);
        targetPlanes.put(1, rgb ? target + 2L * planeBytes : target);
        targetPlanes.put(2, rgb ? target : target + 2L * planeBytes);
        for (int i = 0; i < 3; i++) {
            targetStrides.put(i, stride);
        }
        int rows =
                sws_scale(scaler.context, sourceArray, sourceStrides, 0, picture.height(), targetArray, targetStrides);
        if (rows != scaler.letterbox.height()) {
            throw new PreprocessException("FFmpeg failed to convert a picture (code " + rows + ")");
        }
    }

    private long offset(int column, int line) {
        return ((long) line * input.width() + column) * Float.BYTES;
    }

    private void copyScratch(Letterbox box, TensorRow row) {
        for (int plane = 0; plane < 3; plane++) {
            for (int y = 0; y < box.height(); y++) {
                int from = (plane * input.height() + y) * scratchStride;
                int to = (plane * input.height() + box.top() + y) * input.width() + box.left();
                switch (input.type()) {
                    case FLOAT32 -> row.bytes.put(to * Float.BYTES, scratch.bytes, from, box.width() * Float.BYTES);
                    case FLOAT16 -> copyHalves(from / Float.BYTES, row, to, box.width());
                    case UINT8 -> copyBytes(from / Float.BYTES, row, to, box.width());
                }
            }
        }
    }

    private void copyBytes(int from, TensorRow row, int to, int count) {
        for (int i = 0; i < count; i++) {
            row.bytes.put(to + i, (byte) (scratch.floats.get(from + i) * 255 + 0.5f));
        }
    }

    private void copyHalves(int from, TensorRow row, int to, int count) {
        float factor = input.scale() / UNIT;
        for (int i = 0; i < count; i++) {
            row.bytes.putShort((to + i) * Short.BYTES, HalfFloat.of(scratch.floats.get(from + i) * factor));
        }
    }

    /** swscale's floats are 0..1; some networks want 0..255. One multiplication in place costs less than a second pass. */
    private void rescale(Letterbox box, TensorRow row) {
        float factor = input.scale() / UNIT;
        for (int plane = 0; plane < 3; plane++) {
            for (int y = 0; y < box.height(); y++) {
                int at = (plane * input.height() + box.top() + y) * input.width() + box.left();
                for (int end = at + box.width(); at < end; at++) {
                    row.floats.put(at, row.floats.get(at) * factor);
                }
            }
        }
    }

    private void fillWithPadding(TensorRow row) {
        int elements = 3 * input.width() * input.height();
        float value = input.padding().value() * input.scale();
        for (int i = 0; i < elements; i++) {
            switch (input.type()) {
                case FLOAT32 -> row.floats.put(i, value);
                case FLOAT16 -> row.bytes.putShort(i * Short.BYTES, HalfFloat.of(value));
                case UINT8 -> row.bytes.put(i, (byte) input.padding().value());
            }
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < known; i++) {
            scalers[i].close();
            scalers[i] = null;
        }
        known = 0;
        scratchMemory.close();
        sourceArray.close();
        targetArray.close();
        sourcePlanes.close();
        targetPlanes.close();
        sourceStrides.close();
        targetStrides.close();
    }
}
