package io.ringsight.sources.v4l2;

/**
 * What pictures an open camera gives.
 *
 * @param layout of the pixels, or the codec
 * @param width in pixels
 * @param height in pixels
 * @param bytesPerLine from one line of the first plane to the next; 0: without padding
 * @param imageBytes how long a whole picture may be; 0: not said
 * @param field {@code V4L2_FIELD_…}: how the fields of interlaced pictures lie
 * @param colors what the numbers of a pixel mean
 * @param frameNs from one frame to the next; 0: the driver does not say
 */
public record PictureFormat(
        PixelLayout layout,
        int width,
        int height,
        int bytesPerLine,
        int imageBytes,
        int field,
        Colors colors,
        long frameNs) {
    /**
     * What the numbers of a pixel mean.
     *
     * @param colorspace {@code V4L2_COLORSPACE_…}; 0: the driver does not say
     * @param encoding {@code V4L2_YCBCR_ENC_…}; 0: that of the colour space
     * @param quantization {@code V4L2_QUANTIZATION_…}; 0: that of the colour space
     */
    public record Colors(int colorspace, int encoding, int quantization) {}
}
