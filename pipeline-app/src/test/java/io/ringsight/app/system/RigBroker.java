package io.ringsight.app.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real Kafka broker in a JVM of its own ({@code scripts/rig/kafka/kbroker.sh}); its data goes with it. */
final class RigBroker implements AutoCloseable {
    private static final Duration STARTING = Duration.ofSeconds(90);
    private static final Duration READING = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "test-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final int port = Rig.freePort();
    private final int controllerPort = Rig.freePort();

    /** Reserves its address; nobody listens there before {@link #start()}. */
    RigBroker() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::killIfLeft));
    }

    /** Starts it, again after a {@link #kill()} with its data kept, and waits until its port answers. */
    RigBroker start() {
        script("up");
        script("wait");
        return this;
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** SIGKILL. */
    void kill() {
        script("kill");
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    void pause() {
        script("pause");
    }

    /** Goes on after {@link #pause()}. */
    void resume() {
        script("cont");
    }

    /** All values of a topic in their order, as kcat, an independent client, reads them. */
    List<String> read(String topic) {
        return Child.output(kcat(topic, "%s\n"), READING).lines().toList();
    }

    /** All records of a topic in kcat's own format, e.g. {@code "%k %h\n"} for keys and headers. */
    List<String> read(String topic, String format) {
        return Child.output(kcat(topic, format), READING).lines().toList();
    }

    /** The shell command that prints all values of a topic, for counts by other programs. */
    String shellRead(String topic) {
        return "kcat -C -b " + bootstrapServers() + " -t " + topic + " -e -q -o beginning";
    }

    @Override
    public void close() {
        Map<String, String> environment = environment();
        Child.run(environment, List.of(Rig.file("kafka/kbroker.sh"), "cont", name), READING);
        Child.run(environment, List.of(Rig.file("kafka/kbroker.sh"), "kill", name), READING);
        Await.until(
                "broker " + name + " gone",
                READING,
                () -> Child.run(environment, List.of(Rig.file("kafka/kbroker.sh"), "clean", name), READING)
                        .succeeded());
    }

    /** For a test JVM that is ended from outside: starts no process. */
    private void killIfLeft() {
        Path pid = Rig.WORK.resolve("kafka").resolve(name).resolve("pid");
        if (Files.exists(pid)) {
            ProcessHandle.of(Long.parseLong(Child.read(pid).strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private List<String> kcat(String topic, String format) {
        return List.of(
                "kcat", "-C", "-b", bootstrapServers(), "-t", topic, "-e", "-q", "-o", "beginning", "-f", format);
    }

    private void script(String verb) {
        Child.Finished finished = Child.run(environment(), List.of(Rig.file("kafka/kbroker.sh"), verb, name), STARTING);
        if (!finished.succeeded()) {
            throw new AssertionError("kbroker.sh " + verb + ": " + finished);
        }
    }

    private Map<String, String> environment() {
        return Map.of(
                "RIG_WORK", Rig.WORK.toString(),
                "PORT", Integer.toString(port),
                "CPORT", Integer.toString(controllerPort));
    }
}
