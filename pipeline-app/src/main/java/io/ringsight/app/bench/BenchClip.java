package io.ringsight.app.bench;

import io.ringsight.app.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.ffmpeg;
import org.bytedeco.javacpp.Loader;

/** A film to measure with where the user gives none: FFmpeg's moving test picture with noise, as H.264. */
public final class BenchClip implements AutoCloseable {
    private static final int SECONDS = 8;
    private final Path folder;
    private final Path file;

    private BenchClip(Path folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    /** Encodes a film of {@code size} (for example 1280x720), 30 frames a second; deleted on {@link #close()}. */
    public static BenchClip render(String size) throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("ringsight-bench");
            Path file = folder.resolve("clip.mp4");
            String picture = "testsrc2=size=" + size + ":rate=30:duration=" + SECONDS + ",noise=alls=8:allf=t";
            Process encoder = new ProcessBuilder(
                            Loader.load(ffmpeg.class),
                            "-v",
                            "error",
                            "-nostdin",
                            "-f",
                            "lavfi",
                            "-i",
                            picture,
                            "-c:v",
                            "libopenh264",
                            "-b:v",
                            "4M",
                            "-g",
                            "60",
                            "-pix_fmt",
                            "yuv420p",
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(encoder.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (encoder.waitFor() != 0) {
                throw CommandException.failed("ringsight: bench: cannot encode a film to measure with: " + said);
            }
            return new BenchClip(folder, file);
        } catch (IOException e) {
            throw CommandException.failed("ringsight: bench: cannot write a film to measure with: " + e.getMessage());
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
