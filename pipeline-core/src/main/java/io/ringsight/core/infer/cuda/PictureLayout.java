package io.ringsight.core.infer.cuda;

import static io.ringsight.core.frame.PixelFormat.*;

import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.Picture;
import java.util.List;

/**
 * How pictures of one pixel format lie in memory: which bytes are luma, blueness and redness, or red, green and blue.
 *
 * @param colors what the three channels mean
 * @param bits of a sample that count
 * @param shift unused bits below them, in formats of 16 bits
 * @param chromaX pixels of width one chroma sample is for, as a power of two
 * @param chromaY pixels of height one chroma sample is for, as a power of two
 * @param fullRange whether the format itself says so
 * @param channels where the three begin
 */
public record PictureLayout(
        Colors colors, int bits, int shift, int chromaX, int chromaY, boolean fullRange, List<Channel> channels) {
    private static final PictureLayout[] KNOWN = new PictureLayout[256];

    static {
        List<Channel> planar = channels(0, 0, 1, 1, 0, 1, 2, 0, 1);
        known(YUV420P, yuv(8, 0, 1, 1, planar));
        known(YUV422P, yuv(8, 0, 1, 0, planar));
        known(YUV444P, yuv(8, 0, 0, 0, planar));
        known(YUVJ420P, KNOWN[YUV420P].ofFullRange());
        known(YUVJ422P, KNOWN[YUV422P].ofFullRange());
        known(YUVJ444P, KNOWN[YUV444P].ofFullRange());
        known(YUV420P10, yuv(10, 0, 1, 1, channels(0, 0, 2, 1, 0, 2, 2, 0, 2)));
        known(NV12, yuv(8, 0, 1, 1, channels(0, 0, 1, 1, 0, 2, 1, 1, 2)));
        known(NV21, yuv(8, 0, 1, 1, channels(0, 0, 1, 1, 1, 2, 1, 0, 2)));
        known(P010, yuv(10, 6, 1, 1, channels(0, 0, 2, 1, 0, 4, 1, 2, 4)));
        known(YUYV422, yuv(8, 0, 1, 0, channels(0, 0, 2, 0, 1, 4, 0, 3, 4)));
        known(UYVY422, yuv(8, 0, 1, 0, channels(0, 1, 2, 0, 0, 4, 0, 2, 4)));
        known(GRAY8, new PictureLayout(Colors.GREY, 8, 0, 0, 0, false, channels(0, 0, 1, 0, 0, 1, 0, 0, 1)));
        known(RGB24, rgb(channels(0, 0, 3, 0, 1, 3, 0, 2, 3)));
        known(BGR24, rgb(channels(0, 2, 3, 0, 1, 3, 0, 0, 3)));
        known(RGBA, rgb(channels(0, 0, 4, 0, 1, 4, 0, 2, 4)));
        known(BGRA, rgb(channels(0, 2, 4, 0, 1, 4, 0, 0, 4)));
        known(RGB0, KNOWN[RGBA]);
        known(BGR0, KNOWN[BGRA]);
        known(GBRP, rgb(channels(2, 0, 1, 0, 0, 1, 1, 0, 1)));
    }

    /** What channels 0, 1 and 2 mean. */
    public enum Colors {
        /** Luma, and twice again. */
        GREY,
        /** Luma, blueness, redness. */
        YUV,
        /** Red, green, blue. */
        RGB
    }

    /**
     * One channel.
     *
     * @param plane the plane it lies in
     * @param offset bytes from the start of a line to its first sample
     * @param step bytes from sample to sample
     */
    public record Channel(int plane, int offset, int step) {}

    /** The layout of one of FFmpeg's pixel formats, or null if the letterbox kernel cannot read it. */
    public static PictureLayout of(int pixelFormat) {
        return pixelFormat < 0 || pixelFormat >= KNOWN.length ? null : KNOWN[pixelFormat];
    }

    private static void known(int pixelFormat, PictureLayout layout) {
        KNOWN[pixelFormat] = layout;
    }

    private static PictureLayout yuv(int bits, int shift, int chromaX, int chromaY, List<Channel> channels) {
        return new PictureLayout(Colors.YUV, bits, shift, chromaX, chromaY, false, channels);
    }

    private static PictureLayout rgb(List<Channel> channels) {
        return new PictureLayout(Colors.RGB, 8, 0, 0, 0, true, channels);
    }

    private PictureLayout ofFullRange() {
        return new PictureLayout(colors, bits, shift, chromaX, chromaY, true, channels);
    }

    /** Plane, offset and step of each of the three. */
    private static List<Channel> channels(int... numbers) {
        return List.of(
                new Channel(numbers[0], numbers[1], numbers[2]),
                new Channel(numbers[3], numbers[4], numbers[5]),
                new Channel(numbers[6], numbers[7], numbers[8]));
    }

    /** Whether a sample takes two bytes. */
    boolean wide() {
        return bits + shift > 8;
    }

    /** Whether the samples of {@code picture} use all their bits. */
    boolean isFullRange(Picture picture) {
        return fullRange || picture.range() == ColorRange.FULL;
    }

    /** Samples of a channel in a line of a picture. */
    int samples(int channel, int width) {
        return channel == 0 ? width : (width + (1 << chromaX) - 1) >> chromaX;
    }

    /** Lines of a channel of a picture. */
    int lines(int channel, int height) {
        return channel == 0 ? height : (height + (1 << chromaY) - 1) >> chromaY;
    }

    int planes() {
        int most = 0;
        for (int i = 0; i < channels.size(); i++) {
            most = Math.max(most, channels.get(i).plane);
        }
        return most + 1;
    }

    /** Lines of a plane of a picture. */
    int planeLines(int plane, int height) {
        int most = 0;
        for (int i = 0; i < channels.size(); i++) {
            if (channels.get(i).plane == plane) {
                most = Math.max(most, lines(i, height));
            }
        }
        return most;
    }

    /** Bytes of a line of a plane of a picture that hold samples. */
    int lineBytes(int plane, int width) {
        int most = 0;
        for (int i = 0; i < channels.size(); i++) {
            if (channels.get(i).plane == plane) {
                most = Math.max(most, samples(i, width) * channels.get(i).step);
            }
        }
        return most;
    }
}
