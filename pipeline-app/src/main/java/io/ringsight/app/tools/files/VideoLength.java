package io.ringsight.app.tools.files;

import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_log_get_level;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;

import java.nio.file.Path;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;

/** How many pictures a video holds, as its header says: for progress bars, not for accounts. */
public final class VideoLength {
    private VideoLength() {}

    /**
     * The number, or -1 if the header does not tell or the file is none. Call it before anything else uses FFmpeg: its
     * log is silent meanwhile.
     */
    public static long pictures(Path file) {
        int level = av_log_get_level();
        av_log_set_level(AV_LOG_QUIET);
        AVFormatContext video = new AVFormatContext(null);
        try {
            int result = avformat_open_input(video, file.toString(), (AVInputFormat) null, (AVDictionary) null);
            return result < 0 ? -1 : pictures(video);
        } finally {
            avformat_close_input(video);
            av_log_set_level(level);
        }
    }

    private static long pictures(AVFormatContext video) {
        for (int i = 0; i < video.nb_streams(); i++) {
            AVStream stream = video.streams(i);
            if (stream.codecpar().codec_type() == AVMEDIA_TYPE_VIDEO) {
                return stream.nb_frames() > 0 ? stream.nb_frames() : -1;
            }
        }
        return -1;
    }
}
