package io.ringsight.core.infer.cuda;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.cuda.PictureLayout.Channel;
import io.ringsight.core.infer.cuda.PictureLayout.Colors;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.preprocess.Letterbox;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * What the letterbox kernel is told: its {@code struct LetterboxRow} in native memory. Made once for a row of a lane,
 * written for each picture; the launch copies it. Allocates nothing.
 *
 * <p>Used by one thread at a time. Native memory: whoever made it closes it.
 */
public final class LetterboxArguments implements AutoCloseable {
    private static final int CHANNELS = 3;
    // Byte offsets of struct LetterboxRow in letterbox.cu.
    private static final int CHANNEL = 0;
    private static final int OUTPUT = 24;
    private static final int STRIDE = 32;
    private static final int STEP = 44;
    private static final int WIDTH = 56;
    private static final int LEFT = 72;
    private static final int INPUT_WIDTH = 88;
    private static final int WIDE = 96;
    private static final int TYPE = 100;
    private static final int RED_PLANE = 104;
    private static final int PAIRED = 108;
    private static final int UNIT = 112;
    private static final int OFFSET = 116;
    private static final int MATRIX = 128;
    private static final int SCALE = 164;
    private static final int PADDING = 168;
    /** Size of the struct. */
    static final int BYTES = 176;

    private final BytePointer memory = new BytePointer(BYTES);
    private final PointerPointer<BytePointer> list = new PointerPointer<BytePointer>(1).put(0, memory);
    private final ByteBuffer struct = memory.asByteBuffer().order(ByteOrder.nativeOrder());

    public LetterboxArguments(ModelInput input) {
        // what pads the struct, too: it is copied with the rest
        Pointer.memset(memory, 0, BYTES);
        struct.putInt(INPUT_WIDTH, input.width());
        struct.putInt(INPUT_WIDTH + 4, input.height());
        struct.putInt(
                TYPE,
                switch (input.type()) {
                    case FLOAT32 -> 0;
                    case FLOAT16 -> 1;
                    case UINT8 -> 2;
                });
        struct.putInt(RED_PLANE, input.order() == ChannelOrder.RGB ? 0 : 2);
        struct.putFloat(SCALE, input.scale());
        struct.putFloat(PADDING, input.padding().value() * input.scale());
    }

    /**
     * Writes all about {@code picture}, whose block lies at {@code block} where the kernel can read it.
     *
     * @param packed how it lies in the block
     * @param output address of the row of the input tensor
     */
    public void packed(Picture picture, PackedPicture packed, long block, long output) {
        PictureLayout layout = packed.layout();
        describe(picture, layout, packed.box(), output);
        int paired = 0;
        for (int i = 0; i < CHANNELS; i++) {
            Channel channel = layout.channels().get(i);
            place(i, channel, block + packed.offset(channel.plane()), packed.stride(channel.plane()));
            paired |= packed.isPaired(channel.plane()) ? 1 << i : 0;
        }
        struct.putInt(PAIRED, paired);
    }

    /** As {@link #packed} for a picture whose own planes the kernel can read. */
    public void inPlace(Picture picture, PictureLayout layout, Letterbox box, long output) {
        describe(picture, layout, box, output);
        struct.putInt(PAIRED, 0);
        for (int i = 0; i < CHANNELS; i++) {
            Channel channel = layout.channels().get(i);
            place(i, channel, picture.planeAddress(channel.plane()), picture.planeStride(channel.plane()));
        }
    }

    private void describe(Picture picture, PictureLayout layout, Letterbox box, long output) {
        struct.putLong(OUTPUT, output);
        struct.putInt(WIDTH, layout.samples(0, picture.width()));
        struct.putInt(WIDTH + 4, layout.lines(0, picture.height()));
        struct.putInt(WIDTH + 8, layout.samples(1, picture.width()));
        struct.putInt(WIDTH + 12, layout.lines(1, picture.height()));
        struct.putInt(LEFT, box.left());
        struct.putInt(LEFT + 4, box.top());
        struct.putInt(LEFT + 8, box.width());
        struct.putInt(LEFT + 12, box.height());
        struct.putInt(WIDE, layout.wide() ? 1 : 0);
        colors(picture, layout);
    }

    private void place(int index, Channel channel, long address, int stride) {
        struct.putLong(CHANNEL + 8 * index, address + channel.offset());
        struct.putInt(STRIDE + 4 * index, stride);
        struct.putInt(STEP + 4 * index, channel.step());
    }

    private void colors(Picture picture, PictureLayout layout) {
        boolean full = layout.isFullRange(picture);
        int most = (1 << layout.bits()) - 1;
        // Limited range is defined for eight bits and scaled by powers of two, full range by the largest value.
        double unit = full ? 255.0 / most : 1.0 / (1 << (layout.bits() - 8));
        struct.putFloat(UNIT, (float) (unit / (1 << layout.shift())));
        double luma = full ? 1 : 255 / 219.0;
        int black = full ? 0 : 16;
        if (layout.colors() == Colors.YUV) {
            offsets(black, (1 << (layout.bits() - 1)) * unit);
            yuv(picture.matrix(), luma, full ? 2 : 2 * 255 / 224.0);
        } else if (layout.colors() == Colors.GREY) {
            offsets(black, black);
            row(0, luma, 0, 0);
            row(1, luma, 0, 0);
            row(2, luma, 0, 0);
        } else {
            offsets(0, 0);
            row(0, 1, 0, 0);
            row(1, 0, 1, 0);
            row(2, 0, 0, 1);
        }
    }

    private void yuv(ColorMatrix matrix, double luma, double chroma) {
        double kr = matrix.red();
        double kb = matrix.blue();
        double kg = 1 - kr - kb;
        row(0, luma, 0, chroma * (1 - kr));
        row(1, luma, -chroma * (1 - kb) * kb / kg, -chroma * (1 - kr) * kr / kg);
        row(2, luma, chroma * (1 - kb), 0);
    }

    private void offsets(double luma, double chroma) {
        struct.putFloat(OFFSET, (float) luma);
        struct.putFloat(OFFSET + 4, (float) chroma);
        struct.putFloat(OFFSET + 8, (float) chroma);
    }

    private void row(int index, double first, double second, double third) {
        int at = MATRIX + 12 * index;
        struct.putFloat(at, (float) first);
        struct.putFloat(at + 4, (float) second);
        struct.putFloat(at + 8, (float) third);
    }

    /** The struct, for as long as this lives. */
    BytePointer memory() {
        return memory;
    }

    /** As a launch wants it: pointers to each argument of the kernel, which is this one. */
    PointerPointer<BytePointer> list() {
        return list;
    }

    /** Twice is allowed. */
    @Override
    public void close() {
        list.close();
        memory.close();
    }
}
