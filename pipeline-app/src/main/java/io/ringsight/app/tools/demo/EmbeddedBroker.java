package io.ringsight.app.tools.demo;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.time.Clock;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real Kafka broker and its KRaft controller in a JVM of their own, for as long as this object is open: Kafka's own
 * jars, free ports of this machine, data in a temporary folder that goes with it. It is killed and its data deleted
 * even when this JVM is told to exit. One thread.
 */
final class EmbeddedBroker implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final long START_LIMIT_NS = TimeUnit.SECONDS.toNanos(90);
    private static final long STOP_LIMIT_S = 5;
    private static final int CONNECT_LIMIT_MS = 200;
    private static final long POLL_MS = 50;
    private static final int LOG_LINES_TOLD = 3;
    private static final int MAX_PORT_TRIES = 3;
    /** Any will do for a cluster of one broker that nobody joins: the 16 bytes {@code ringsight-demo-1}, as Kafka writes them. */
    private static final String CLUSTER_ID = "cmluZ3NpZ2h0LWRlbW8tMQ";

    private static final String SETTINGS = "server.properties";
    private static final String LOG_SETTINGS = "log4j2.properties";
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final Path folder;
    private final String classPath;
    private final Thread killer = new Thread(this::kill, "kafka-broker-killer");
    private int port;
    private volatile Process process;

    private EmbeddedBroker(Path jars, Path folder) {
        this.folder = folder;
        classPath = jars.toAbsolutePath().resolve("*").toString();
    }

    /**
     * Starts one and waits until it answers, at most 90 s.
     *
     * @param jars folder of the jars of {@code org.apache.kafka:kafka_2.13} and what they need
     * @throws CommandException if the jars are not there or the broker does not start
     */
    static EmbeddedBroker start(Path jars, Clock clock) throws InterruptedException {
        if (!isBroker(jars)) {
            throw CommandException.failed(
                    "demo: found no Kafka broker in " + jars + "; scripts/demo fetches one there before it starts");
        }
        EmbeddedBroker broker;
        try {
            broker = new EmbeddedBroker(jars, Files.createTempDirectory("ringsight-kafka-"));
        } catch (IOException e) {
            throw new UncheckedIOException("preparing a Kafka broker", e);
        }
        Runtime.getRuntime().addShutdownHook(broker.killer);
        try {
            broker.startAndAwait(clock);
            return broker;
        } catch (IOException e) {
            broker.close();
            throw CommandException.failed("demo: could not start a JVM for the Kafka broker: " + e.getMessage());
        } catch (InterruptedException | RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private static boolean isBroker(Path jars) {
        if (!Files.isDirectory(jars)) {
            return false;
        }
        try (Stream<Path> files = Files.list(jars)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("kafka_2."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void choosePorts() throws IOException {
        try (ServerSocket client = anyPort();
                ServerSocket controller = anyPort()) {
            port = client.getLocalPort();
            writeSettings(controller.getLocalPort());
        }
    }

    private static ServerSocket anyPort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getByName(HOST));
    }

    private void writeSettings(int controllerPort) throws IOException {
        Files.write(
                folder.resolve(SETTINGS),
                List.of(
                        "process.roles=broker,controller",
                        "node.id=1",
                        "controller.quorum.voters=1@" + HOST + ":" + controllerPort,
                        "listeners=PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort,
                        "advertised.listeners=PLAINTEXT://" + HOST + ":" + port,
                        "controller.listener.names=CONTROLLER",
                        "log.dirs=data",
                        "num.partitions=1",
                        "num.network.threads=1",
                        "num.io.threads=2",
                        "offsets.topic.num.partitions=1",
                        "offsets.topic.replication.factor=1",
                        "transaction.state.log.num.partitions=1",
                        "transaction.state.log.replication.factor=1",
                        "transaction.state.log.min.isr=1",
                        "share.coordinator.state.topic.replication.factor=1",
                        "share.coordinator.state.topic.min.isr=1",
                        "log.cleaner.dedupe.buffer.size=4194304"));
        Files.write(
                folder.resolve(LOG_SETTINGS),
                List.of(
                        "rootLogger.level=ERROR",
                        "rootLogger.appenderRef.console.ref=console",
                        "appender.console.type=Console",
                        "appender.console.name=console",
                        "appender.console.layout.type=PatternLayout",
                        "appender.console.layout.pattern=%p %c{1}: %m%n"));
    }

    private void startAndAwait(Clock clock) throws IOException, InterruptedException {
        choosePorts();
        process = java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", SETTINGS);
        if (!process.waitFor(START_LIMIT_NS, TimeUnit.NANOSECONDS) || process.exitValue() != 0) {
            throw failed("formatting its data folder failed");
        }
        int tries = 1;
        while (!startsOnItsPorts(clock)) {
            if (tries == MAX_PORT_TRIES || !portIsTaken()) {
                throw failed("it ended by itself");
            }
            tries++;
            Files.delete(log());
            choosePorts();
        }
    }

    /** Starts the broker; false if it ended before it answered. */
    private boolean startsOnItsPorts(Clock clock) throws IOException, InterruptedException {
        process = java("kafka.Kafka", SETTINGS);
        long startNs = clock.nanoTime();
        while (!answers()) {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                return false;
            }
            if (clock.nanoTime() - startNs > START_LIMIT_NS) {
                throw failed("it does not answer");
            }
        }
        return true;
    }

    /** A port that was free a moment ago may be another program's by the time the broker binds it. */
    private boolean portIsTaken() throws IOException {
        return Files.readString(log()).contains("Address already in use");
    }

    /** Starts a JVM with little memory, in the broker's folder: no path of it needs quoting then. In a session of its own, so that Ctrl-C leaves the broker for us to stop. */
    private Process java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-Dlog4j2.configurationFile=" + LOG_SETTINGS);
        command.addAll(List.of("-cp", classPath));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), CONNECT_LIMIT_MS);
            return true;
        } catch (IOException expected) {
            // Not yet.
            return false;
        }
    }

    private CommandException failed(String what) throws IOException {
        List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        String last = String.join(" / ", lines.subList(Math.max(0, lines.size() - LOG_LINES_TOLD), lines.size()));
        return CommandException.failed(
                "demo: the Kafka broker did not start: " + what + (last.isEmpty() ? "" : ": ") + last);
    }

    private Path log() {
        return folder.resolve("broker.log");
    }

    /** {@code host:port} for clients. */
    String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** The broker's process. */
    long pid() {
        return process.pid();
    }

    /** Its data and log. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        if (process != null && process.isAlive()) {
            process.destroy();
            try {
                process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        kill();
        forgetKiller();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void forgetKiller() {
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException expected) {
            // This JVM is exiting: the hook runs, and finds nothing left to do.
        }
    }

    private void kill() {
        Process last = process;
        if (last != null && last.isAlive()) {
            last.destroyForcibly().onExit().join();
        }
        if (Files.exists(folder)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                tree.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            } catch (IOException | UncheckedIOException expected) {
                // A temporary folder is left for the system to clear.
            }
        }
    }
}
