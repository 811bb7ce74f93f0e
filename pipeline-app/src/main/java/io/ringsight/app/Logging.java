package io.ringsight.app;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says where the log's configuration is, before the first logger is made: {@code conf/logback.xml} below the home
 * directory or the working directory, else the copy inside the jar. Log lines go to standard error.
 */
final class Logging {
    private static final String FILE = "logback.configurationFile";

    private Logging() {}

    static void configure(boolean debug) {
        if (debug) {
            System.setProperty("ringsight.log.level", "DEBUG");
        }
        // Else JavaCPP prints on its own that OpenBLAS has another release number than it.
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j");
        if (System.getProperty(FILE) != null) {
            return;
        }
        Path home = Path.of(System.getProperty("ringsight.home", ""));
        Path file = home.resolve("conf").resolve("logback.xml");
        if (Files.isReadable(file)) {
            System.setProperty(FILE, file.toAbsolutePath().toString());
        }
    }
}
