package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avformat.AV_DISPOSITION_ATTACHED_PIC;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;

/**
 * The videos of one open input, counted from 1. The picture on the cover of one is none.
 *
 * <p>They are in the order in which the input lists them. A transport stream that is joined in the middle lists them as
 * their tables come, so there they are in the order of their PIDs: a number always means the same camera.
 */
public final class VideoTracks {
    private static final int MAX_NAMED = 8;

    private final AVFormatContext format;
    private final List<Integer> streams;

    /** Looks at the streams that are known by now. */
    public VideoTracks(AVFormatContext format) {
        this.format = format;
        streams = new ArrayList<>(IntStream.range(0, format.nb_streams())
                .filter(i -> isTrack(format.streams(i)))
                .boxed()
                .toList());
        if (format.iformat().name().getString().equals("mpegts")) {
            streams.sort(Comparator.comparingInt(i -> format.streams(i).id()));
        }
    }

    public static boolean isVideo(AVStream stream) {
        return stream.codecpar().codec_type() == AVMEDIA_TYPE_VIDEO;
    }

    private static boolean isTrack(AVStream stream) {
        return isVideo(stream) && (stream.disposition() & AV_DISPOSITION_ATTACHED_PIC) == 0;
    }

    public int count() {
        return streams.size();
    }

    /** The index of the stream that is track {@code number}; -1 for none. */
    public int stream(int number) {
        return number >= 1 && number <= streams.size() ? streams.get(number - 1) : -1;
    }

    /** Which track the stream is; 0 for none. */
    public int number(int stream) {
        return streams.indexOf(stream) + 1;
    }

    /** What there is, for people: {@code 1: h264 1920x1080, 2: h264 640x360}. */
    @Override
    public String toString() {
        String named = IntStream.rangeClosed(1, Math.min(count(), MAX_NAMED))
                .mapToObj(number ->
                        number + ": " + sentence(format.streams(stream(number)).codecpar()))
                .collect(Collectors.joining(", "));
        return count() > MAX_NAMED ? named + " to " + count() : named;
    }

    private static String sentence(AVCodecParameters video) {
        String codec = avcodec_get_name(video.codec_id()).getString();
        // A camera's session description need not tell the size.
        return video.width() > 0 ? codec + " " + video.width() + "x" + video.height() : codec;
    }
}
