package io.ringsight.app.tools.bench;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.av_log_get_level;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.tools.detect.VideoFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A video to measure with where the user gives none: FFmpeg's moving test picture with noise, as H.264. Made in this
 * process: FFmpeg's own program needs libraries of desktops, which servers lack.
 */
public final class BenchClip implements AutoCloseable {
    /** How many pictures it has. */
    static final int PICTURES = 240;

    private static final int FPS = 30;
    private final Path folder;
    private final Path file;

    private BenchClip(Path folder) {
        this.folder = folder;
        file = folder.resolve("clip.mp4");
    }

    /** Encodes a video of {@code width} by {@code height} pixels, 30 frames a second; deleted on {@link #close()}. */
    public static BenchClip render(int width, int height) {
        BenchClip clip = null;
        int level = av_log_get_level();
        // No source that keeps FFmpeg's log is open yet: it would go to standard error.
        av_log_set_level(AV_LOG_ERROR);
        try {
            clip = new BenchClip(Files.createTempDirectory("ringsight-bench"));
            clip.encode(width, height);
            return clip;
        } catch (IOException e) {
            if (clip != null) {
                clip.close();
            }
            throw CommandException.failed("ringsight: bench: cannot make a video to measure with: " + e.getMessage());
        } finally {
            av_log_set_level(level);
        }
    }

    private void encode(int width, int height) throws IOException {
        try (TestPicture picture = new TestPicture(width, height, FPS);
                VideoFile video = new VideoFile(file, width, height)) {
            for (int i = 0; i < PICTURES; i++) {
                AVFrame frame = picture.next();
                try (Mat bgr = new Mat(height, width, CV_8UC3, frame.data(0), frame.linesize(0))) {
                    video.write(bgr, i * 1_000_000L / FPS);
                }
            }
            video.finish();
        }
    }

    public Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new IllegalStateException("cannot delete " + folder, e);
        }
    }
}
