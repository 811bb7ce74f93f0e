package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Files in a folder, made and read by Debian's FFmpeg: other code than ours, and another version of it. */
final class OddFiles {
    private final Path folder;

    private OddFiles(Path folder) {
        this.folder = folder;
    }

    /** Skips the test where there is no FFmpeg. */
    static OddFiles in(Path folder) {
        for (String program : List.of("ffmpeg", "ffprobe")) {
            boolean found = Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
            assumeTrue(found, "no " + program + " on the PATH; run scripts/rig/setup.sh observers");
        }
        return new OddFiles(folder);
    }

    /** A file of that name, made by the words that FFmpeg is told before it. */
    Path make(String name, String command) throws Exception {
        Path file = folder.resolve(name);
        List<String> words = new ArrayList<>();
        for (String word : command.trim().split(" +")) {
            words.add(word.replace("'", ""));
        }
        words.add(file.toString());
        ffmpeg(words);
        return file;
    }

    static void ffmpeg(List<String> words) throws Exception {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
        command.addAll(words);
        output(command);
    }

    /** How many frames of the first video a decoder gives. */
    static int decodable(Path file) throws Exception {
        String counted = output(List.of(
                "ffprobe",
                "-v",
                "error",
                "-count_frames",
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=nb_read_frames",
                "-of",
                "default=nw=1:nk=1",
                file.toString()));
        return Integer.parseInt(counted.lines().findFirst().orElseThrow().strip());
    }

    /** Each frame as FFmpeg shows it, upright, in a file without loss. */
    List<Path> upright(Path file) throws Exception {
        return upright(file, "null");
    }

    /** As above, behind one of FFmpeg's filters. */
    List<Path> upright(Path file, String filter) throws Exception {
        Path pictures = Files.createDirectories(folder.resolve("upright of " + file.getFileName()));
        ffmpeg(List.of(
                "-i",
                file.toString(),
                "-map",
                "0:v:0",
                "-vf",
                filter,
                "-vsync",
                "passthrough",
                "-pix_fmt",
                "rgb24",
                pictures.resolve("%03d.png").toString()));
        try (Stream<Path> made = Files.list(pictures)) {
            return made.sorted().toList();
        }
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("odd-input", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = process.waitFor(100, TimeUnit.SECONDS);
            process.destroyForcibly();
            String said = Files.readString(out);
            assertThat(ended && process.exitValue() == 0)
                    .as(String.join(" ", command) + "\n" + said)
                    .isTrue();
            return said;
        } finally {
            Files.delete(out);
        }
    }
}
