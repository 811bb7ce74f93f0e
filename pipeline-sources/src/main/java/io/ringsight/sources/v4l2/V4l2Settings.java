package io.ringsight.sources.v4l2;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.libav.Options;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.IntPointer;

/**
 * What the user wants of a V4L2 camera, and of the decoder of its pictures. Options of FFmpeg's own names count before
 * the settings; those that say how FFmpeg reads mean nothing here and are refused.
 *
 * @param wish to the camera
 * @param decoderOptions by name, as they are
 */
public record V4l2Settings(Wish wish, Map<String, String> decoderOptions) {
    /** FFmpeg's names of what is asked of the camera. */
    private static final List<String> OF_CAMERA = List.of("video_size", "framerate", "pixel_format", "input_format");

    /** Whether an option of this name can mean anything: to the camera, or to some decoder. */
    public static boolean takes(String option) {
        return OF_CAMERA.contains(option) || Options.isOfVideoDecoding(option);
    }

    /** Why an option is refused, in one sentence. */
    public static String refusal(String option) {
        return "a V4L2 camera takes " + String.join(", ", OF_CAMERA)
                + " and the options of the FFmpeg decoder of its pictures, got '" + option + "'";
    }

    /** @throws EndedException if one has no meaning */
    public static V4l2Settings of(SourceSpec.V4l2 spec) throws EndedException {
        for (String option : spec.options().keySet()) {
            if (!takes(option)) {
                throw unknownOption(option);
            }
        }
        Map<String, String> left = new LinkedHashMap<>(spec.options());
        String size = orElse(left.remove("video_size"), spec.videoSize());
        String rate = orElse(left.remove("framerate"), spec.framerate());
        String format = orElse(left.remove("pixel_format"), orElse(left.remove("input_format"), spec.inputFormat()));
        return new V4l2Settings(wish(size, rate, format), left);
    }

    private static String orElse(String first, String second) {
        return first == null ? second : first;
    }

    private static Wish wish(String size, String rate, String format) throws EndedException {
        List<PixelLayout> layouts = PixelLayout.named(format);
        if (layouts.isEmpty()) {
            throw wrong("inputFormat: expected one of " + PixelLayout.names() + ", got '" + format + "'");
        }
        try (IntPointer width = new IntPointer(1);
                IntPointer height = new IntPointer(1);
                AVRational framerate = new AVRational().num(0).den(1)) {
            width.put(0);
            height.put(0);
            if (size != null && av_parse_video_size(width, height, size) < 0) {
                throw wrong("videoSize: expected WIDTHxHEIGHT, as in 1280x720, got '" + size + "'");
            }
            if (rate != null && av_parse_video_rate(framerate, rate) < 0) {
                throw wrong("framerate: expected frames a second, as in 30 or 30000/1001, got '" + rate + "'");
            }
            return new Wish(width.get(), height.get(), framerate.num(), framerate.den(), layouts);
        }
    }

    public static EndedException unknownOption(String option) {
        return wrong(refusal(option));
    }

    private static EndedException wrong(String what) {
        return new EndedException(Ending.fatal(GapReason.UNSUPPORTED, "configuration error: " + what));
    }
}
