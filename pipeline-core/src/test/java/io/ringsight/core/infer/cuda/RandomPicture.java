package io.ringsight.core.infer.cuda;

import static io.ringsight.core.frame.PixelFormat.*;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.ReferenceLetterbox;
import io.ringsight.core.preprocess.ReferenceLetterbox.Plane;
import java.util.Random;

/** A picture of random size, format, colour coding and content, and what its pixels mean. */
record RandomPicture(Picture picture, int format, Plane[] channels, ColorMatrix matrix, ColorRange range) {
    private static final int[] FORMATS = {
        YUV420P, YUV422P, YUV444P, YUVJ420P, YUVJ422P, YUVJ444P, NV12, NV21, P010, YUV420P10, YUYV422, UYVY422, GRAY8,
        RGB24, BGR24, RGBA, BGRA, RGB0, BGR0, GBRP
    };

    /** The narrowest picture, before and after scaling: swscale (not the kernel) errs where lines are shorter. */
    static final int LEAST = 16;

    static int formats() {
        return FORMATS.length;
    }

    /** Of format {@code turn} modulo {@link #formats()}. */
    static RandomPicture of(Random random, int turn, NativePictures pictures) {
        int format = FORMATS[turn % FORMATS.length];
        int height = LEAST + random.nextInt(500);
        int width = Math.max(LEAST, height / 4) + random.nextInt(700);
        boolean halfX = is(format, YUV420P, YUV422P, YUVJ420P, YUVJ422P, NV12, NV21, P010, YUV420P10, YUYV422, UYVY422);
        boolean halfY = is(format, YUV420P, YUVJ420P, NV12, NV21, P010, YUV420P10);
        int chromaWidth = halfX ? (width + 1) / 2 : width;
        int chromaHeight = halfY ? (height + 1) / 2 : height;
        int bits = is(format, P010, YUV420P10) ? 10 : 8;
        Plane[] channels = {
            texture(random, width, height, bits),
            texture(random, chromaWidth, chromaHeight, bits),
            texture(random, chromaWidth, chromaHeight, bits)
        };
        Layout layout = new Layout(channels, random.nextInt(3) * 16);
        Picture picture = layout.write(format, width, height, pictures);
        ColorMatrix matrix = ColorMatrix.values()[random.nextInt(3)];
        boolean full = random.nextBoolean();
        picture.color(matrix, full ? ColorRange.FULL : ColorRange.LIMITED);
        boolean seenFull = full || is(format, YUVJ420P, YUVJ422P, YUVJ444P);
        return new RandomPicture(picture, format, channels, matrix, seenFull ? ColorRange.FULL : ColorRange.LIMITED);
    }

    /** Red, green and blue, 0..255, at a place given as fractions of the picture. */
    double[] rgb(double atX, double atY) {
        if (format == GRAY8) {
            double level = channels[0].at(atX, atY);
            double grey = range == ColorRange.FULL ? level : Math.max(0, Math.min(255, (level - 16) * 255 / 219));
            return new double[] {grey, grey, grey};
        }
        if (is(format, RGB24, BGR24, RGBA, BGRA, RGB0, BGR0, GBRP)) {
            return new double[] {channels[0].at(atX, atY), channels[1].at(atX, atY), channels[2].at(atX, atY)};
        }
        return ReferenceLetterbox.rgb(channels[0], channels[1], channels[2], atX, atY, matrix, range);
    }

    private static boolean is(int format, int... formats) {
        for (int one : formats) {
            if (format == one) {
                return true;
            }
        }
        return false;
    }

    /** Noise on a slope: every error of position, weight or colour shows. */
    private static Plane texture(Random random, int width, int height, int bits) {
        short[] samples = new short[width * height];
        int steps = 1 << (bits - 8);
        for (int i = 0; i < samples.length; i++) {
            int level = 24 + (i % width) * 120 / width + (i / width) * 60 / height;
            samples[i] = (short) (level * steps + random.nextInt(40 * steps));
        }
        return new Plane(samples, width, height, bits);
    }

    /** Writes channels as a format wants them, lines {@code slack} bytes further apart than they need. */
    private record Layout(Plane[] channels, int slack) {
        Picture write(int format, int width, int height, NativePictures pictures) {
            return switch (format) {
                case YUV420P, YUV422P, YUV444P, YUVJ420P, YUVJ422P, YUVJ444P ->
                    picture(format, pictures, line(1, 0), line(1, 1), line(1, 2));
                case NV12 -> picture(format, pictures, line(1, 0), line(1, 1, 2));
                case NV21 -> picture(format, pictures, line(1, 0), line(1, 2, 1));
                case P010 -> picture(format, pictures, line(64, 0), line(64, 1, 2));
                case YUV420P10 -> picture(format, pictures, line(1, 0), line(1, 1), line(1, 2));
                case YUYV422 -> picture(format, pictures, yuyv(0, 1));
                case UYVY422 -> picture(format, pictures, yuyv(1, 0));
                case GRAY8 -> picture(format, pictures, line(1, 0));
                case RGB24 -> picture(format, pictures, line(1, 0, 1, 2));
                case BGR24 -> picture(format, pictures, line(1, 2, 1, 0));
                case RGBA, RGB0 -> picture(format, pictures, line(1, 0, 1, 2, -1));
                case BGRA, BGR0 -> picture(format, pictures, line(1, 2, 1, 0, -1));
                case GBRP -> picture(format, pictures, line(1, 1), line(1, 2), line(1, 0));
                default -> throw new IllegalArgumentException("format " + format);
            };
        }

        private record Bytes(byte[] bytes, int stride) {}

        private Picture picture(int format, NativePictures pictures, Bytes... planes) {
            byte[][] bytes = new byte[planes.length][];
            int[] strides = new int[planes.length];
            for (int i = 0; i < planes.length; i++) {
                bytes[i] = planes[i].bytes;
                strides[i] = planes[i].stride;
            }
            return pictures.planes(channels[0].width(), channels[0].height(), format, bytes, strides);
        }

        /** The given channels in turn, sample by sample, times {@code factor}; -1: a byte without meaning. */
        private Bytes line(int factor, int... order) {
            Plane first = channels[order[0]];
            int size = first.bits() > 8 ? 2 : 1;
            int stride = first.width() * order.length * size + slack;
            byte[] bytes = new byte[stride * first.height()];
            for (int y = 0; y < first.height(); y++) {
                int at = y * stride;
                for (int x = 0; x < first.width(); x++) {
                    for (int channel : order) {
                        int value = channel < 0 ? 99 : channels[channel].samples()[y * first.width() + x] * factor;
                        bytes[at++] = (byte) value;
                        if (size == 2) {
                            bytes[at++] = (byte) (value >> 8);
                        }
                    }
                }
            }
            return new Bytes(bytes, stride);
        }

        private Bytes yuyv(int luma, int chroma) {
            int pairs = channels[1].width();
            int stride = 4 * pairs + slack;
            byte[] bytes = new byte[stride * channels[0].height()];
            for (int y = 0; y < channels[0].height(); y++) {
                for (int x = 0; x < channels[0].width(); x++) {
                    bytes[y * stride + 2 * x + luma] = (byte) channels[0].samples()[y * channels[0].width() + x];
                }
                for (int x = 0; x < pairs; x++) {
                    bytes[y * stride + 4 * x + chroma] = (byte) channels[1].samples()[y * pairs + x];
                    bytes[y * stride + 4 * x + 2 + chroma] = (byte) channels[2].samples()[y * pairs + x];
                }
            }
            return new Bytes(bytes, stride);
        }
    }
}
