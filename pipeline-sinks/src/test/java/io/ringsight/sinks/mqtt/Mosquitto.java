package io.ringsight.sinks.mqtt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real broker in a process of its own, with one who receives everything. Closing it kills both. */
public final class Mosquitto implements AutoCloseable {
    private static final String BROKER = "/usr/sbin/mosquitto";
    private static final String RECEIVER = "all";

    private final Path dir;
    private final int port = FreePort.take();
    private final Path received;
    private Process broker;
    private Process receiver;

    /**
     * Nobody listens before {@link #start}.
     *
     * @param more lines of its configuration; none: everybody may do everything
     */
    public Mosquitto(Path dir, String... more) throws IOException {
        assumeTrue(Files.isExecutable(Path.of(BROKER)), "no mosquitto: run scripts/rig/setup.sh mqtt");
        this.dir = Files.createDirectories(dir.resolve("mosquitto"));
        received = this.dir.resolve("received");
        List<String> lines = new ArrayList<>(List.of(
                "user root",
                "persistence true",
                "persistence_location " + this.dir + "/",
                "autosave_on_changes true",
                "autosave_interval 1",
                "listener " + port + " 127.0.0.1"));
        lines.addAll(more.length == 0 ? List.of("allow_anonymous true") : List.of(more));
        Files.write(this.dir.resolve("conf"), lines);
    }

    public int port() {
        return port;
    }

    public String url() {
        return "mqtt://127.0.0.1:" + port;
    }

    /** Starts it, again after {@link #kill} with its sessions kept, and waits until its port answers. */
    public Mosquitto start() throws IOException {
        broker = process("log", BROKER, "-c", dir.resolve("conf").toString());
        Await.until("mosquitto at " + port, this::answers);
        return this;
    }

    private boolean answers() {
        if (!broker.isAlive()) {
            throw new AssertionError("mosquitto ended: " + read(dir.resolve("log")));
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Starts to receive, and returns when the broker will remember that also after {@link #kill}. */
    public Mosquitto receiving() throws IOException {
        receiver = process(
                "received",
                "/usr/bin/mosquitto_sub",
                "-p",
                "" + port,
                "-i",
                RECEIVER,
                "-c",
                "-q",
                "1",
                "-t",
                "#",
                "-F",
                "%r %t %p");
        Await.until(
                "the receiver in the broker's file",
                () -> read(dir.resolve("mosquitto.db")).contains(RECEIVER));
        return this;
    }

    /** What was received until now, a line each: whether it was retained (0 or 1), its topic, and the message. */
    public List<String> received() {
        String text = Files.exists(received) ? read(received) : "";
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** The same of topics that end so: the messages alone. */
    public List<String> received(String topic) {
        return received().stream()
                .map(line -> line.split(" ", 3))
                .filter(parts -> parts[1].endsWith(topic))
                .map(parts -> parts[2])
                .toList();
    }

    /** Publishes by QoS 1, as others would. */
    public void publish(String topic, String message, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/mosquitto_pub", "-p", "" + port, "-q", "1", "-t", topic, "-m", message));
        command.addAll(List.of(more));
        Process process = process("published", command.toArray(String[]::new));
        if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("mosquitto_pub: " + read(dir.resolve("published")));
        }
    }

    private Process process(String output, String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(dir.resolve(output).toFile()))
                .start();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Goes on after {@link #pause}. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, "" + broker.pid()).start().waitFor();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        broker.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        for (Process process : new Process[] {receiver, broker}) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }
}
