package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Real RTSP cameras: one process of {@code scripts/rig/gst_rtsp.py}, which lets clients in once it is made. */
final class RtspCamera implements AutoCloseable {
    private static final String PYTHON = "/usr/bin/python3";
    private static final long READY_S = 240;

    private final List<String> command = new ArrayList<>();
    private final Path log;
    private final int port = FreePort.take();
    private Process process;

    RtspCamera(Path folder, String... options) {
        log = folder.resolve("camera-" + port + ".log");
        String script = Path.of(System.getProperty("ringsight.root"), "scripts/rig/gst_rtsp.py")
                .toString();
        command.addAll(List.of(PYTHON, script, "--port", Integer.toString(port)));
        command.addAll(List.of(options));
        start();
    }

    /** Skips the test where the cameras' packages are not installed. */
    static void need() {
        boolean there;
        try {
            there = Files.isExecutable(Path.of(PYTHON))
                    && new ProcessBuilder(
                                            PYTHON,
                                            "-c",
                                            "import gi; gi.require_version('GstRtspServer', '1.0');"
                                                    + " from gi.repository import GstRtspServer")
                                    .redirectErrorStream(true)
                                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                    .start()
                                    .waitFor()
                            == 0;
        } catch (IOException | InterruptedException e) {
            there = false;
        }
        assumeTrue(there, "no GstRtspServer for " + PYTHON + "; run scripts/rig/setup.sh rtsp");
    }

    /** Starts it, again after {@link #kill} at the same port. */
    void start() {
        try {
            Files.deleteIfExists(log);
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_S);
            while (!Files.readString(log).contains("ready ")) {
                assertThat(process.isAlive() && System.nanoTime() < untilNs)
                        .as("camera not ready: %s", Files.readString(log))
                        .isTrue();
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String uri(String mount) {
        return "rtsp://127.0.0.1:" + port + mount;
    }

    /** With the connection encrypted, for cameras made with {@code --tls}. */
    String tlsUri(String mount) {
        return "rtsps://127.0.0.1:" + port + mount;
    }

    /** The power plug pulled. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Connections stay, nothing comes. */
    void freeze() {
        signal("STOP");
    }

    /** Goes on after {@link #freeze}. */
    void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        Clips.run(List.of("kill", "-" + name, Long.toString(process.pid())));
    }

    @Override
    public void close() {
        kill();
    }
}
