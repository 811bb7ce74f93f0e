package io.ringsight.sources;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/** A process of FFmpeg's own program that sends a moving test picture at 25 frames a second until it is closed. */
final class StreamProducer implements AutoCloseable {
    private final Process process;

    /** @param output options of the format and the URL it sends to, or listens at */
    StreamProducer(Path folder, String... output) {
        List<String> command = new ArrayList<>(List.of(
                Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "warning",
                "-re",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x240:rate=25",
                "-c:v",
                "libopenh264",
                "-g",
                "12",
                "-b:v",
                "500k"));
        command.addAll(List.of(output));
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("producer.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
