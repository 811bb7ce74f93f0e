package io.ringsight.core.model;

import java.util.Locale;

/**
 * What a network wants to see: one NCHW tensor of three colour planes.
 *
 * @param tensorName name of the input
 * @param width pixels
 * @param height pixels
 * @param type element type
 * @param order which colour the first plane holds
 * @param scale what an 8-bit value is multiplied with: 1/255 for 0..1, 1 for 0..255; always 1 for {@code UINT8}
 * @param padding what is around the letterboxed picture
 * @param fixedBatch batch size the file was exported with, or 0 when it is free
 */
public record ModelInput(
        String tensorName,
        int width,
        int height,
        TensorType type,
        ChannelOrder order,
        float scale,
        Padding padding,
        int fixedBatch) {
    /** What becomes of a picture before the network sees it, for people. */
    public String preparation() {
        String range = type == TensorType.UINT8 || scale == 1 ? "0..255" : "0..1";
        return order.name().toLowerCase(Locale.ROOT) + ", " + range + ", no mean and deviation, letterboxed "
                + (padding.placement == Placement.CENTER ? "in the center" : "to the top left") + " on grey "
                + padding.value;
    }

    /**
     * What is around the letterboxed picture.
     *
     * @param placement {@code CENTER} or {@code TOP_LEFT}: where the picture lies
     * @param value 8-bit grey
     */
    public record Padding(Placement placement, int value) {}

    /** Element type of the tensor. */
    public enum TensorType {
        FLOAT32,
        FLOAT16,
        UINT8
    }

    /** Which colour comes first. */
    public enum ChannelOrder {
        RGB,
        BGR
    }

    /** Where the scaled picture lies in the input. */
    public enum Placement {
        /** In the middle (Ultralytics). */
        CENTER,
        /** In the top left corner (YOLOX). */
        TOP_LEFT
    }
}
