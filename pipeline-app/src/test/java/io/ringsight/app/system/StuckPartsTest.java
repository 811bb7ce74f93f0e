package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many parts that are stuck, each in its own way, do not hold up the end: a container's manager kills after ten seconds. */
@Timeout(300)
class StuckPartsTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    /** Eight seconds by default and what a loaded machine adds; one part after the other would take minutes. */
    private static final long MAX_STOP_MS = 30_000;

    private static final Pattern STUCK = Pattern.compile("sources that did not stop within \\d+ ms: (.*)");
    private static final Pattern BUSY = Pattern.compile(" (\\S+): the pipeline is stuck, so no message");
    /** As much as a pipe holds: the next write waits. */
    private static final int PIPE_BYTES = 65_536;

    private static final int NAMELESS = 21;
    private static final int MUTE = 21;
    private static final int LIVE = 22;

    @TempDir
    private Path folder;

    private Path messages() {
        return folder.resolve("messages.jsonl");
    }

    @Test
    void sigtermEndsSixtyFourSourcesAndStuckSinksInTime() throws IOException {
        Path names = fifo("hosts"); // whoever looks a name up waits for ever
        Path unread = fifo("unread.jsonl");
        int port = FreePort.take();
        long stopMs;
        String err;
        try (RandomAccessFile pipe = new RandomAccessFile(unread.toFile(), "rw");
                ServerSocket mute = new ServerSocket(0, 2 * MUTE, InetAddress.getLoopbackAddress());
                Child daemon = startStuck(pipe, names, configuration(port, unread, mute.getLocalPort()))) {
            daemon.await("live cameras", LIMIT, () -> liveCameras(port) == LIVE);
            daemon.await("messages of all", LIMIT, this::allHaveFrames);

            long beganNs = System.nanoTime();
            daemon.signal("TERM");
            int exitCode = daemon.waitFor(LIMIT);
            stopMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
            err = daemon.err();
            assertThat(exitCode).as(err).isZero();
        }
        System.out.printf("64 sources and 3 sinks, most of them stuck: ended %d ms after SIGTERM%n", stopMs);
        assertThat(stopMs).as(err).isLessThan(MAX_STOP_MS);
        assertThat(err)
                .contains("messages stay in the spool; the next start sends them")
                .doesNotContain("\tat ");
        everyCameraIsAccountedForToItsEnd(err);
    }

    private boolean allHaveFrames() {
        String text = Child.read(messages());
        return IntStream.rangeClosed(1, LIVE).allMatch(i -> text.contains("\"sourceId\":\"live" + i + "\""));
    }

    /** On a loaded machine one may not stop in its time, and its end is told in the log alone. */
    private void everyCameraIsAccountedForToItsEnd(String err) throws IOException {
        String text = Files.readString(messages());
        assertThat(text).endsWith("\n");
        List<String> lines = text.lines().toList();
        for (int i = 1; i <= NAMELESS; i++) {
            neverSaw(lines, "nameless" + i);
        }
        for (int i = 1; i <= MUTE; i++) {
            neverSaw(lines, "mute" + i);
        }
        if (err.contains("frames were still in flight after")) {
            return; // so were gap messages
        }
        Set<String> stuck = stuck(err);
        assertThat(lines.stream()
                        .map(line -> Json.parse(line).text("sourceId"))
                        .distinct()
                        .filter(source -> !stuck.contains(source)))
                .allSatisfy(source -> assertThat(lastReason(lines, source))
                        .as(source + "\n" + err)
                        .isEqualTo("stopped"));
    }

    /** The sources of which the log says that they did not stop in time, or not by themselves. */
    private static Set<String> stuck(String err) {
        return Stream.concat(STUCK.matcher(err).results(), BUSY.matcher(err).results())
                .flatMap(line -> Stream.of(line.group(1).split(", ")))
                .collect(Collectors.toSet());
    }

    /** "Nothing seen" and "never connected" are not the same: the topic says which from the start. */
    private static void neverSaw(List<String> lines, String source) {
        Account account = Account.of(lines, source);
        assertThat(account.frames()).isEmpty();
        assertThat(account.gaps().get(0).text("reason")).isEqualTo("connecting");
    }

    private static String lastReason(List<String> lines, String source) {
        List<Json> gaps = Account.of(lines, source).gaps();
        return gaps.get(gaps.size() - 1).text("reason");
    }

    private static long liveCameras(int port) {
        return IntStream.rangeClosed(1, LIVE)
                .filter(i -> Ringsight.state(port, "live" + i).equals("live"))
                .count();
    }

    private Path fifo(String name) {
        Path path = folder.resolve(name);
        Child.output(List.of("mkfifo", path.toString()), LIMIT);
        return path;
    }

    private Child startStuck(RandomAccessFile unread, Path names, String yaml) throws IOException {
        unread.write(new byte[PIPE_BYTES]);
        Path file = folder.resolve("pipeline.yaml");
        Files.writeString(file, yaml);
        List<String> command = new ArrayList<>(Ringsight.command(512, "run", "-c", file.toString()));
        command.add(1, "-Djdk.net.hosts.file=" + names);
        return Child.start("ringsight-run", folder, Map.of(), command);
    }

    private String configuration(int port, Path unread, int mutePort) {
        Yaml yaml = new Yaml()
                .jsonl(messages())
                .jsonl(unread)
                .kafka("127.0.0.1:" + FreePort.take(), "away", "spool: {dir: \"" + folder.resolve("spool") + "\"}")
                .http(port);
        for (int i = 1; i <= NAMELESS; i++) {
            yaml.source("nameless" + i, "rtsp://camera" + i + ".example/s", "");
        }
        for (int i = 1; i <= MUTE; i++) {
            yaml.source("mute" + i, "rtsp://127.0.0.1:" + mutePort + "/" + i, "");
        }
        for (int i = 1; i <= LIVE; i++) {
            yaml.source("live" + i, "synthetic:boxes?width=320&height=240&fps=2&seed=" + i, "");
        }
        return yaml.text();
    }
}
