package io.ringsight.sinks.kafka;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real Kafka broker in a JVM of its own ({@code scripts/rig/kafka/kbroker.sh}), on free ports. Its jars are fetched by
 * Maven the first time. Closing it kills it and deletes its data.
 */
public final class KafkaBroker implements AutoCloseable {
    private static final Path RIG = Path.of(System.getProperty("ringsight.root"), "scripts/rig/kafka");
    private static final Path WORK = workFolder();
    private static final AtomicInteger NUMBER = new AtomicInteger();
    /** A start costs ten seconds of a core, which a busy machine gives in two minutes. */
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private final String name = "test-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final Map<String, String> environment = new HashMap<>();
    private final int port = FreePort.take();

    /** Reserves its address; nobody listens there before {@link #start()}. {@code more} goes to kbroker.sh. */
    public KafkaBroker(Map<String, String> more) {
        needJars();
        environment.put("RIG_WORK", WORK.toString());
        environment.put("PORT", Integer.toString(port));
        environment.put("CPORT", Integer.toString(FreePort.take()));
        environment.putAll(more);
        Runtime.getRuntime().addShutdownHook(new Thread(this::killIfLeft));
    }

    public KafkaBroker() {
        this(Map.of());
    }

    /** Starts it, again after {@link #kill()} with its data kept, and waits until its port answers. */
    public KafkaBroker start() {
        script("up");
        script("wait");
        return this;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** SIGKILL. */
    public void kill() {
        script("kill");
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    public void pause() {
        script("pause");
    }

    /** Goes on after {@link #pause()}. */
    public void resume() {
        script("cont");
    }

    /** What a client needs to connect to a broker started with TLS=1. */
    public Map<String, String> clientProperties() {
        Properties properties = new Properties();
        try (var in =
                Files.newBufferedReader(WORK.resolve("kafka").resolve(name).resolve("client.properties"))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> all = new HashMap<>();
        properties.forEach((key, value) -> all.put((String) key, (String) value));
        return all;
    }

    @Override
    public void close() {
        if (!Files.exists(pidFile())) {
            return;
        }
        run("cont");
        run("kill");
        Await.until("broker " + name + " gone", LIMIT, () -> run("clean") == 0, () -> "");
    }

    private Path pidFile() {
        return WORK.resolve("kafka").resolve(name).resolve("pid");
    }

    /** For a test JVM that is ended from outside: starts no process. */
    private void killIfLeft() {
        if (Files.exists(pidFile())) {
            try {
                ProcessHandle.of(Long.parseLong(Files.readString(pidFile()).strip()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            } catch (IOException expected) {
                // The JVM ends: nobody is left to tell.
            }
        }
    }

    private void script(String verb) {
        int status = run(verb);
        if (status != 0) {
            throw new AssertionError("kbroker.sh " + verb + " " + name + " ended with " + status);
        }
    }

    private int run(String verb) {
        return run(environment, List.of(RIG.resolve("kbroker.sh").toString(), verb, name));
    }

    private static int run(Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
    }

    private static synchronized void needJars() {
        Path complete = WORK.resolve("kafka/lib/.complete");
        if (Files.exists(complete)) {
            return;
        }
        int status = run(
                Map.of(),
                List.of(
                        "mvn",
                        "-q",
                        "-B",
                        "-f",
                        RIG.resolve("pom.xml").toString(),
                        "dependency:copy-dependencies",
                        "-DoutputDirectory=" + complete.getParent()));
        assumeTrue(
                status == 0 && Files.isDirectory(complete.getParent()),
                "no Kafka broker: Maven could not fetch its jars to " + complete.getParent()
                        + "; run scripts/rig/setup.sh kafka");
        try {
            Files.createFile(complete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path workFolder() {
        String named = System.getenv("RIG_WORK");
        String temporary = System.getenv().getOrDefault("TMPDIR", "/tmp");
        return named == null ? Path.of(temporary, "rig") : Path.of(named);
    }
}
