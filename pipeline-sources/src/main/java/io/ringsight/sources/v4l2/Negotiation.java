package io.ringsight.sources.v4l2;

import com.sun.jna.Memory;
import io.ringsight.sources.v4l2.Videodev.Capability;
import io.ringsight.sources.v4l2.Videodev.Format;
import io.ringsight.sources.v4l2.Videodev.FormatDescription;
import io.ringsight.sources.v4l2.Videodev.FrameSize;
import io.ringsight.sources.v4l2.Videodev.StreamParameters;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Agrees with a driver on what pictures it gives. One for each opening; used on the source's thread. */
final class Negotiation {
    private static final Logger LOG = LoggerFactory.getLogger(Negotiation.class);
    private static final long NS_PER_S = 1_000_000_000L;
    /** More than any driver has; ends the questions to one that always answers. */
    private static final int MAX_ENUMERATED = 256;
    /** As many as a line can hold. */
    private static final int MAX_SIZES_TOLD = 12;

    private final Driver driver;
    private final Wish wish;

    Negotiation(Driver driver, Wish wish) {
        this.driver = driver;
        this.wish = wish;
    }

    /** @throws CaptureException if it is no camera, or gives no such pictures */
    PictureFormat agree() throws CaptureException {
        refuseOthers();
        try (Memory format = new Memory(Format.BYTES)) {
            format.clear();
            format.setInt(Format.TYPE, Videodev.VIDEO_CAPTURE);
            driver.demand("ask for its picture format", Videodev.G_FMT, format);
            int width = wish.width() > 0 ? wish.width() : format.getInt(Format.WIDTH);
            int height = wish.height() > 0 ? wish.height() : format.getInt(Format.HEIGHT);
            PixelLayout layout = choose(format, width, height);
            tellOtherSize(format, layout, width, height);
            return new PictureFormat(
                    layout,
                    format.getInt(Format.WIDTH),
                    format.getInt(Format.HEIGHT),
                    format.getInt(Format.BYTES_PER_LINE),
                    format.getInt(Format.IMAGE_BYTES),
                    format.getInt(Format.FIELD),
                    new PictureFormat.Colors(
                            format.getInt(Format.COLORSPACE),
                            format.getInt(Format.YCBCR_ENCODING),
                            format.getInt(Format.QUANTIZATION)),
                    setRate());
        }
    }

    private void refuseOthers() throws CaptureException {
        try (Memory capability = new Memory(Capability.BYTES)) {
            capability.clear();
            int result = driver.ask(Videodev.QUERYCAP, capability);
            if (result < 0) {
                // What is asked for something it does not know gives one of these.
                boolean other = result == -Errno.EINVAL || result == -Errno.ENOTTY;
                throw driver.failed("ask what it can do", other ? -Errno.ENOTTY : result);
            }
            int ofAll = capability.getInt(Capability.CAPABILITIES);
            int can = (ofAll & Capability.HAS_DEVICE_CAPS) != 0 ? capability.getInt(Capability.DEVICE_CAPS) : ofAll;
            String problem = problem(can);
            if (problem != null) {
                throw CaptureException.unsupported(driver.device() + " " + problem);
            }
        }
    }

    private static String problem(int can) {
        if ((can & Capability.HAS_VIDEO_CAPTURE) == 0) {
            if ((can & Capability.HAS_META_CAPTURE) != 0) {
                return "gives data about a camera's pictures, not the pictures; the camera has another node for those,"
                        + " whose name in /dev/v4l/by-id ends in -video-index0";
            }
            return (can & Capability.HAS_VIDEO_CAPTURE_MPLANE) != 0
                    ? "gives pictures in several buffers each (the multi-planar interface), which is not supported"
                    : "gives no pictures: it is no camera";
        }
        return (can & Capability.HAS_STREAMING) == 0
                ? "does not stream into memory (mmap), which is all that is supported"
                : null;
    }

    /** Sets the first of the wanted layouts that the driver takes, and what goes with it. */
    private PixelLayout choose(Memory format, int width, int height) throws CaptureException {
        Set<Integer> offered = offered();
        for (PixelLayout layout : wish.layouts()) {
            // A driver that tells nothing is asked for each.
            if ((offered.isEmpty() || offered.contains(layout.fourcc())) && set(format, layout, width, height)) {
                return layout;
            }
        }
        String camera = offered.isEmpty()
                ? "takes none"
                : "gives "
                        + offered.stream().map(PixelLayout::nameOf).distinct().collect(Collectors.joining(", "));
        String wanted =
                wish.layouts().stream().map(PixelLayout::name).distinct().collect(Collectors.joining(", "));
        throw CaptureException.unsupported("expected a picture format of " + wanted + "; the camera " + camera);
    }

    private Set<Integer> offered() {
        Set<Integer> offered = new LinkedHashSet<>();
        try (Memory description = new Memory(FormatDescription.BYTES)) {
            for (int i = 0; i < MAX_ENUMERATED; i++) {
                description.clear();
                description.setInt(FormatDescription.INDEX, i);
                description.setInt(FormatDescription.TYPE, Videodev.VIDEO_CAPTURE);
                if (driver.ask(Videodev.ENUM_FMT, description) < 0) {
                    break;
                }
                offered.add(description.getInt(FormatDescription.PIXEL_FORMAT));
            }
        }
        return offered;
    }

    /** Fields in buffers of their own, or one below the other, are half pictures to all who see them. */
    private boolean set(Memory format, PixelLayout layout, int width, int height) throws CaptureException {
        if (!set(format, layout, width, height, Format.FIELD_ANY)) {
            return false;
        }
        if (!isApart(format.getInt(Format.FIELD))) {
            return true;
        }
        if (set(format, layout, width, height, Format.FIELD_INTERLACED) && !isApart(format.getInt(Format.FIELD))) {
            return true;
        }
        throw CaptureException.unsupported(
                "the camera gives the two fields of its interlaced pictures apart, which is not supported");
    }

    private static boolean isApart(int field) {
        return field == Format.FIELD_ALTERNATE
                || field == Format.FIELD_SEQUENTIAL_TB
                || field == Format.FIELD_SEQUENTIAL_BT;
    }

    private boolean set(Memory format, PixelLayout layout, int width, int height, int field) throws CaptureException {
        format.clear();
        format.setInt(Format.TYPE, Videodev.VIDEO_CAPTURE);
        format.setInt(Format.WIDTH, width);
        format.setInt(Format.HEIGHT, height);
        format.setInt(Format.PIXEL_FORMAT, layout.fourcc());
        format.setInt(Format.FIELD, field);
        int result = driver.ask(Videodev.S_FMT, format);
        if (result < 0 && result != -Errno.EINVAL) {
            throw driver.failed("set its picture format", result);
        }
        // A driver may put another format in the place of one it does not have.
        return result >= 0 && format.getInt(Format.PIXEL_FORMAT) == layout.fourcc();
    }

    private void tellOtherSize(Memory format, PixelLayout layout, int width, int height) {
        int givenWidth = format.getInt(Format.WIDTH);
        int givenHeight = format.getInt(Format.HEIGHT);
        if (givenWidth != width || givenHeight != height) {
            LOG.warn(
                    "{}: asked for {}x{}, the camera gives {}x{}; in {} it has {}",
                    driver.device(),
                    width,
                    height,
                    givenWidth,
                    givenHeight,
                    layout.name(),
                    sizes(layout));
        }
    }

    private String sizes(PixelLayout layout) {
        List<String> sizes = new ArrayList<>();
        try (Memory size = new Memory(FrameSize.BYTES)) {
            for (int i = 0; i < MAX_SIZES_TOLD; i++) {
                size.clear();
                size.setInt(FrameSize.INDEX, i);
                size.setInt(FrameSize.PIXEL_FORMAT, layout.fourcc());
                if (driver.ask(Videodev.ENUM_FRAMESIZES, size) < 0) {
                    break;
                }
                if (size.getInt(FrameSize.TYPE) != FrameSize.DISCRETE) {
                    return "all from " + size.getInt(FrameSize.MIN_WIDTH) + "x" + size.getInt(FrameSize.MIN_HEIGHT)
                            + " to " + size.getInt(FrameSize.MAX_WIDTH) + "x" + size.getInt(FrameSize.MAX_HEIGHT);
                }
                sizes.add(size.getInt(FrameSize.WIDTH) + "x" + size.getInt(FrameSize.HEIGHT));
            }
        }
        return sizes.isEmpty() ? "no list of sizes" : String.join(", ", sizes);
    }

    /** Sets the rate if one is wanted; the time from one frame to the next, 0 if the driver does not say. */
    private long setRate() throws CaptureException {
        try (Memory parameters = new Memory(StreamParameters.BYTES)) {
            parameters.clear();
            parameters.setInt(StreamParameters.TYPE, Videodev.VIDEO_CAPTURE);
            boolean tells = driver.ask(Videodev.G_PARM, parameters) >= 0
                    && (parameters.getInt(StreamParameters.CAPABILITY) & StreamParameters.TIME_PER_FRAME) != 0;
            if (wish.rate() > 0 && tells) {
                parameters.setInt(StreamParameters.NUMERATOR, wish.per());
                parameters.setInt(StreamParameters.DENOMINATOR, wish.rate());
                driver.demand("set its frame rate", Videodev.S_PARM, parameters);
            }
            long numerator = parameters.getInt(StreamParameters.NUMERATOR) & 0xffff_ffffL;
            long denominator = parameters.getInt(StreamParameters.DENOMINATOR) & 0xffff_ffffL;
            long frameNs = numerator > 0 && denominator > 0 ? NS_PER_S * numerator / denominator : 0;
            if (wish.rate() > 0) {
                tellOtherRate(frameNs);
            }
            return frameNs;
        }
    }

    private void tellOtherRate(long frameNs) {
        long wantedNs = NS_PER_S * wish.per() / wish.rate();
        if (Math.abs(frameNs - wantedNs) > wantedNs / 100) {
            LOG.warn(
                    "{}: asked for {}/{} frames/s, the camera {}",
                    driver.device(),
                    wish.rate(),
                    wish.per(),
                    frameNs == 0 ? "does not say what it gives" : "gives " + Math.round(1e11 / frameNs) / 100.0);
        }
    }
}
