package io.ringsight.app.system;

import io.ringsight.core.run.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** RTSP cameras of one process ({@code scripts/rig/gst_rtsp.py}), with clients let in once it is made. */
final class RigCamera implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(240);

    private final Path folder;
    private final List<String> command = new ArrayList<>();
    private final String address;
    private Child server;

    /** Starts it on a free port with the options of {@code gst_rtsp.py}; its log goes to {@code folder}. */
    RigCamera(Path folder, String... options) {
        int port = FreePort.take();
        this.folder = folder;
        this.address = "127.0.0.1:" + port;
        command.addAll(List.of("/usr/bin/python3", Rig.file("gst_rtsp.py"), "--port", Integer.toString(port)));
        command.addAll(List.of(options));
        start();
    }

    /** Starts it again after {@link #kill()}, at the same address. */
    void start() {
        server = Child.start("camera-" + System.nanoTime(), folder, Map.of(), command);
        server.awaitLine("ready", READY, line -> line.startsWith("ready "));
    }

    /** The address of a mount such as {@code /cam1}. */
    String uri(String mount) {
        return "rtsp://" + address + mount;
    }

    /** What it said so far. */
    String log() {
        return server.out();
    }

    /** The power plug pulled. */
    void kill() {
        server.signal("KILL");
        server.waitFor(READY);
    }

    /** Frozen: connections stay, nothing comes. */
    void freeze() {
        server.signal("STOP");
    }

    /** Goes on after {@link #freeze()}. */
    void thaw() {
        server.signal("CONT");
    }

    @Override
    public void close() {
        server.close();
    }
}
