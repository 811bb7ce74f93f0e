package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Loader;

/** Makes videos for tests with the {@code ffmpeg} program that FFmpeg's Java package brings, and counts with its own. */
public final class Clips {
    private static final long LIMIT_S = 240;

    private Clips() {}

    /** Encodes {@code frames} frames of a moving test picture, {@code size} as in 320x240, into {@code file}. */
    public static Path encode(Path file, int frames, String size, String... encoderOptions) {
        List<String> command = new ArrayList<>(List.of(
                program(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-y",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=" + size + ":rate=25",
                "-frames:v",
                Integer.toString(frames)));
        command.addAll(List.of(encoderOptions));
        command.add(file.toString());
        run(command);
        return file;
    }

    /** The same video, marked as one to be shown rotated. */
    public static Path rotated(Path video, Path file, String degrees) {
        run(List.of(
                program(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-display_rotation",
                degrees,
                "-i",
                video.toString(),
                "-c",
                "copy",
                file.toString()));
        return file;
    }

    /** How many frames {@code ffprobe} decodes. */
    public static int count(Path file) {
        String counted = run(List.of(
                program(org.bytedeco.ffmpeg.ffprobe.class),
                "-v",
                "quiet",
                "-count_frames",
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=nb_read_frames",
                "-of",
                "csv=p=0",
                file.toString()));
        // A transport stream is listed twice, once in its program.
        return Integer.parseInt(counted.strip().split("[^0-9]")[0]);
    }

    private static String program(Class<?> of) {
        return Loader.load(of);
    }

    static String run(List<String> command) {
        try {
            File output = File.createTempFile("clips", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start();
            boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = java.nio.file.Files.readString(output.toPath(), StandardCharsets.UTF_8);
            assertThat(output.delete()).isTrue();
            assertThat(ended).as("%s: %s", command, text).isTrue();
            assertThat(process.exitValue()).as("%s: %s", command, text).isZero();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
