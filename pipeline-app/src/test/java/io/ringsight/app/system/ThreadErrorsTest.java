package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An Error thrown into each thread of a running daemon in turn: the daemon ends with 1 and says which, or that part is
 * begun again and says so. None is dead while all looks well.
 *
 * <p>A thread that waits for a lock of {@code java.util.concurrent} cannot be thrown at from outside without harm to the
 * lock: what becomes of Errors in the sinks' threads is tested with deliveries that throw ({@code SinkQueueTest}, {@code
 * KafkaRefusalTest}), in pages with one that throws ({@code HttpPagesTest}).
 */
@Timeout(300)
class ThreadErrorsTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    private Path messages() {
        return folder.resolve("messages.jsonl");
    }

    private Child start(int port) throws IOException {
        Path file = folder.resolve("pipeline.yaml");
        Files.writeString(
                file,
                new Yaml()
                        .source("line1", "synthetic:boxes?fps=20", "")
                        .jsonl(messages())
                        .http(port)
                        .text());
        List<String> command = new ArrayList<>(Ringsight.command(512, "run", "-c", file.toString()));
        command.set(command.indexOf("io.ringsight.app.Main"), ErrorAtHand.class.getName());
        command.set(
                command.indexOf("-cp") + 1,
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(1, ErrorThrower.option());
        command.add(1, "-Dlogback.configurationFile=" + Rig.ROOT.resolve("conf/logback.xml")); // not that of the tests
        Child daemon = Child.start("ringsight-run", folder, Map.of(), command);
        awaitFrames(daemon, 5);
        return daemon;
    }

    private void awaitFrames(Child daemon, int more) {
        long before = frames();
        daemon.await(more + " more frames", LIMIT, () -> frames() >= before + more);
    }

    private long frames() {
        return Files.exists(messages())
                ? Child.read(messages())
                        .lines()
                        .filter(line -> line.contains("\"type\":\"frame\""))
                        .count()
                : 0;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ringsight-dispatch",
                "ringsight-collect",
                "ringsight-analyse",
                "ringsight-publish",
                "worker-0",
                "summary",
                "history",
                "systemd",
                "JavaCPP Deallocator",
                "main"
            })
    void anErrorInAThreadThatMustNotEndEndsTheDaemonWithOne(String thread) throws IOException {
        int port = FreePort.take();
        String err;
        try (Child daemon = start(port);
                ErrorThrower thrower = ErrorThrower.attach(daemon.out())) {
            daemon.await(thread, LIMIT, () -> thrower.threads().contains(thread));
            thrower.throwInto(thread);

            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isEqualTo(1);
            err = daemon.err();

            assertThat(daemon.err()).contains(ErrorAtHand.MESSAGE);
            if (!thread.equals("main")) {
                assertThat(daemon.err())
                        .containsPattern("ringsight: .*" + ErrorAtHand.MESSAGE)
                        .containsPattern("ERROR .*; stopping");
            }
        }
        List<String> lines = Files.readAllLines(messages());
        assertThat(lines.get(lines.size() - 1)).as(err).contains("\"reason\":\"stopped\"");
    }

    /** One of the pages' threads hears the network: nobody can tell which. */
    @Test
    void anErrorInTheThreadsOfThePagesEndsTheDaemonWithOne() throws IOException {
        int port = FreePort.take();
        try (Child daemon = start(port);
                ErrorThrower thrower = ErrorThrower.attach(daemon.out())) {
            thrower.threads().stream().filter(name -> name.matches("http-\\d+")).forEach(thrower::throwInto);
            Ringsight.get(port, "/live"); // they wait for the network, not in Java

            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isEqualTo(1);
            assertThat(daemon.err()).contains(ErrorAtHand.MESSAGE).containsPattern("ERROR .*; stopping");
        }
    }

    @Test
    void anErrorInACamerasThreadCostsThatCameraAMoment() throws IOException {
        int port = FreePort.take();
        try (Child daemon = start(port);
                ErrorThrower thrower = ErrorThrower.attach(daemon.out())) {
            thrower.throwInto("source-line1");
            daemon.await("the gap", LIMIT, () -> Child.read(messages()).contains("\"reason\":\"io-error\""));
            awaitFrames(daemon, 5);
            assertThat(daemon.err()).contains("line1: the source failed", ErrorAtHand.MESSAGE);

            daemon.await("ready", LIMIT, () -> Ringsight.get(port, "/ready").equals("ready\n"));
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
    }

    @Test
    void everyThreadOfTheDaemonIsKnownHere() throws IOException {
        int port = FreePort.take();
        try (Child daemon = start(port);
                ErrorThrower thrower = ErrorThrower.attach(daemon.out())) {
            daemon.await("systemd, the last", LIMIT, () -> thrower.threads().contains("systemd"));
            Set<String> threads = new TreeSet<>(thrower.threads());
            threads.removeIf(name -> name.matches("worker-\\d+|http-\\d+|http-timer|broker-check|.*-timeout-task"));

            assertThat(threads)
                    .containsExactlyInAnyOrder(
                            "ringsight-dispatch",
                            "ringsight-collect",
                            "ringsight-analyse",
                            "ringsight-publish",
                            "summary",
                            "history",
                            "systemd",
                            "JavaCPP Deallocator",
                            "main",
                            "source-line1",
                            "sink-jsonl:" + messages());
        }
    }
}
