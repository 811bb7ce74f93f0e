package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imwrite;

import io.ringsight.app.Main;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/**
 * Runs {@code ringsight detect} in a folder, with a model that finds the whole picture, of a class that is the picture's
 * shade.
 */
final class DetectRun {
    static final int WIDTH = 160;
    static final int HEIGHT = 160;

    private final Path folder;
    private final Path model;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    DetectRun(Path folder) {
        this(folder, new TinyOnnx());
    }

    DetectRun(Path folder, TinyOnnx network) {
        this(folder, network.wholeClasses().write(folder.resolve("tiny.onnx")));
    }

    /** With a model of its own. */
    DetectRun(Path folder, Path model) {
        this.folder = folder;
        this.model = model;
    }

    Path model() {
        return model;
    }

    Path at(String name) {
        return folder.resolve(name);
    }

    /** Returns the exit code. */
    int detect(Object... args) {
        List<String> all = new ArrayList<>(List.of("detect", "-m", model.toString()));
        for (Object arg : args) {
            all.add(arg.toString());
        }
        return ringsight(all.toArray(String[]::new));
    }

    int ringsight(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    String out() {
        return out.toString();
    }

    /** The lines that are frames. */
    List<String> frames() {
        return out().lines().filter(line -> line.contains("\"type\":\"frame\"")).toList();
    }

    String err() {
        return err.toString();
    }

    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path picture(String name, int shade) {
        return picture(name, WIDTH, HEIGHT, shade);
    }

    Path picture(String name, int width, int height, int shade) {
        Path file = folder.resolve(name);
        try (Mat mat = new Mat(height, width, CV_8UC3, Scalar.all(shade))) {
            assertThat(imwrite(file.toString(), mat)).isTrue();
        }
        return file;
    }

    /** An MP4 file as somebody else's program would write it. */
    Path video(String name, int frames) {
        return video(name, frames, i -> 100 + 5 * (i % 20));
    }

    /** As above, each frame of one shade. */
    Path video(String name, int frames, IntUnaryOperator shade) {
        Path file = folder.resolve(name);
        Path ours = folder.resolve("being-made.mp4");
        try (VideoFile video = new VideoFile(ours, WIDTH, HEIGHT)) {
            for (int i = 0; i < frames; i++) {
                try (Mat mat = new Mat(HEIGHT, WIDTH, CV_8UC3, Scalar.all(shade.applyAsInt(i)))) {
                    video.write(mat, i * 40_000L);
                }
            }
            video.finish();
            Files.write(file, withoutMark(Files.readAllBytes(ours)));
            Files.delete(ours);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private static byte[] withoutMark(byte[] bytes) {
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.replace("made by ringsight", "made by a camera.")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
