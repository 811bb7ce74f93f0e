package io.ringsight.sources.v4l2;

/**
 * What Video4Linux2 and its callers agree upon: the numbers of {@code linux/videodev2.h}. Sizes and offsets are those of
 * 64-bit machines, whose {@code timeval} has two fields of eight bytes; {@code offsetof} gives the same on x86-64 and arm64.
 *
 * <p>A request is made of its direction (bits 30 and 31), the size of its structure (from bit 16), 'V' and its number:
 * {@code asm-generic/ioctl.h}.
 */
final class Videodev {
    static final long QUERYCAP = 0x8068_5600L;
    static final long ENUM_FMT = 0xc040_5602L;
    static final long G_FMT = 0xc0d0_5604L;
    static final long S_FMT = 0xc0d0_5605L;
    static final long REQBUFS = 0xc014_5608L;
    static final long QUERYBUF = 0xc058_5609L;
    static final long QBUF = 0xc058_560fL;
    static final long DQBUF = 0xc058_5611L;
    static final long STREAMON = 0x4004_5612L;
    static final long STREAMOFF = 0x4004_5613L;
    static final long G_PARM = 0xc0cc_5615L;
    static final long S_PARM = 0xc0cc_5616L;
    static final long ENUM_FRAMESIZES = 0xc02c_564aL;

    /** {@code V4L2_BUF_TYPE_VIDEO_CAPTURE}. */
    static final int VIDEO_CAPTURE = 1;
    /** {@code V4L2_MEMORY_MMAP}. */
    static final int MMAP = 1;

    private Videodev() {}

    /** {@code struct v4l2_capability}. */
    static final class Capability {
        static final int BYTES = 104;
        static final int CAPABILITIES = 84;
        static final int DEVICE_CAPS = 88;

        static final int HAS_VIDEO_CAPTURE = 0x1;
        static final int HAS_VIDEO_CAPTURE_MPLANE = 0x1000;
        static final int HAS_META_CAPTURE = 0x80_0000;
        static final int HAS_STREAMING = 0x400_0000;
        /** Whether DEVICE_CAPS says what this node can do, and CAPABILITIES what all nodes of the device can. */
        static final int HAS_DEVICE_CAPS = 0x8000_0000;

        private Capability() {}
    }

    /** {@code struct v4l2_fmtdesc}. */
    static final class FormatDescription {
        static final int BYTES = 64;
        static final int INDEX = 0;
        static final int TYPE = 4;
        static final int PIXEL_FORMAT = 44;

        private FormatDescription() {}
    }

    /** {@code struct v4l2_frmsizeenum}. */
    static final class FrameSize {
        static final int BYTES = 44;
        static final int INDEX = 0;
        static final int PIXEL_FORMAT = 4;
        static final int TYPE = 8;
        static final int DISCRETE = 1;
        static final int WIDTH = 12;
        static final int HEIGHT = 16;
        static final int MIN_WIDTH = 12;
        static final int MAX_WIDTH = 16;
        static final int MIN_HEIGHT = 24;
        static final int MAX_HEIGHT = 28;

        private FrameSize() {}
    }

    /** {@code struct v4l2_format} with {@code struct v4l2_pix_format} in its union, which begins at 8. */
    static final class Format {
        static final int BYTES = 208;
        static final int TYPE = 0;
        static final int WIDTH = 8;
        static final int HEIGHT = 12;
        static final int PIXEL_FORMAT = 16;
        static final int FIELD = 20;
        static final int BYTES_PER_LINE = 24;
        static final int IMAGE_BYTES = 28;
        static final int COLORSPACE = 32;
        static final int YCBCR_ENCODING = 44;
        static final int QUANTIZATION = 48;

        static final int FIELD_ANY = 0;
        static final int FIELD_INTERLACED = 4;
        /** The fields one below the other, top first. */
        static final int FIELD_SEQUENTIAL_TB = 5;

        static final int FIELD_SEQUENTIAL_BT = 6;
        /** Each buffer holds one field. */
        static final int FIELD_ALTERNATE = 7;

        static final int FIELD_INTERLACED_TB = 8;
        static final int FIELD_INTERLACED_BT = 9;

        private Format() {}
    }

    /** {@code struct v4l2_streamparm} with {@code struct v4l2_captureparm} in its union, which begins at 4. */
    static final class StreamParameters {
        static final int BYTES = 204;
        static final int TYPE = 0;
        static final int CAPABILITY = 4;
        static final int NUMERATOR = 12;
        static final int DENOMINATOR = 16;

        static final int TIME_PER_FRAME = 0x1000;

        private StreamParameters() {}
    }

    /** {@code struct v4l2_requestbuffers}. */
    static final class RequestBuffers {
        static final int BYTES = 20;
        static final int COUNT = 0;
        static final int TYPE = 4;
        static final int MEMORY = 8;

        private RequestBuffers() {}
    }

    /** {@code struct v4l2_buffer}. */
    static final class Buffer {
        static final int BYTES = 88;
        static final int INDEX = 0;
        static final int TYPE = 4;
        static final int BYTES_USED = 8;
        static final int FLAGS = 12;
        static final int SECONDS = 24;
        static final int MICROSECONDS = 32;
        static final int SEQUENCE = 56;
        static final int MEMORY = 60;
        static final int OFFSET = 64;
        static final int LENGTH = 72;

        static final int IS_KEY_FRAME = 0x8;
        static final int IS_DAMAGED = 0x40;
        /** {@code V4L2_BUF_FLAG_TIMESTAMP_MASK}; 0: unknown, 0x4000: copied. */
        static final int CLOCK_MASK = 0xe000;

        static final int IS_MONOTONIC = 0x2000;
        /** {@code V4L2_BUF_FLAG_TSTAMP_SRC_MASK}; 0: the end of the frame. */
        static final int STAMP_POINT_MASK = 0x7_0000;

        static final int IS_START_OF_EXPOSURE = 0x1_0000;

        private Buffer() {}
    }
}
