package io.ringsight.core.infer.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The letterbox kernel's own source, compiled for the CPU with g++ and called from here. */
final class HostKernel {
    private HostKernel() {}

    /** Compiles and loads it; skips the test where there is no g++. */
    static void load(Path directory) throws IOException, InterruptedException {
        assumeTrue(isThere("g++"), "no g++ (run scripts/rig/setup.sh gpu-double)");
        try (InputStream source = LetterboxArguments.class.getResourceAsStream("letterbox.cu")) {
            Files.copy(source, directory.resolve("letterbox.cu"));
        }
        Path library = directory.resolve("libletterbox.so");
        Path wrapper =
                Path.of(System.getProperty("ringsight.root"), "pipeline-core/src/test/native/letterbox/host.cpp");
        String said = output(
                directory,
                "g++ -std=c++17 -O2 -Wall -Wextra -Werror -fPIC -shared -I . -o".split(" "),
                library.toString(),
                wrapper.toString());
        if (!Files.exists(library)) {
            throw new IllegalStateException("g++: " + said);
        }
        System.load(library.toString());
    }

    /** Whether {@code tool --version} runs. */
    static boolean isThere(String tool) {
        try {
            return new ProcessBuilder(tool, "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Runs a tool to its end and returns all it said. */
    static String output(Path directory, String[] command, String... more) throws IOException, InterruptedException {
        String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        Path said = Files.createTempFile(directory, "said", ".txt");
        Process process = new ProcessBuilder(all)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new UncheckedIOException(new IOException(all[0] + " did not end within 2 minutes"));
        }
        String text = Files.readString(said);
        return process.exitValue() == 0 ? text : all[0] + " ended with " + process.exitValue() + ": " + text;
    }

    static native void run(long arguments, int gridX, int gridY, int blockX, int blockY);

    static native int argumentBytes();
}
