package io.ringsight.app.tools.eval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** For Jazzer: whatever a label file holds, its objects are read and its mistakes told with their lines. */
public final class LabelFileFuzzTarget {
    private static final Path FOLDER = folder();

    private LabelFileFuzzTarget() {}

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Path file = Files.write(FOLDER.resolve("fuzz.txt"), data);
        List<String> mistakes = new ArrayList<>();
        LabelFile.read(file, 6, mistakes);
        for (String mistake : mistakes) {
            if (!mistake.startsWith(file + ":")) {
                throw new IllegalStateException("a mistake without its line: " + mistake);
            }
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("ringsight-fuzz-labels");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
