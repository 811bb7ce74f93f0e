package io.ringsight.app.system;

import io.ringsight.client.Message;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.run.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A line of boards: a real camera that shows each of them for its time, a controller that announces each as it comes, a real
 * broker, and the daemon, which may be killed and started again meanwhile.
 */
final class BoardsRun implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(120);
    static final int MIN_FRAMES = 2;
    static final Duration DEADLINE = Duration.ofMillis(1_000);
    private static final boolean PCB = Boolean.getBoolean("ringsight.boards.pcb");
    private static final String TOPIC = "boards";
    private static final int EDGE_MS = 20;

    private final int pitchMs;
    private final Path folder;
    private final Path lines;
    private final int port = FreePort.take();
    private final BoardPictures pictures;
    private final RigBroker broker = new RigBroker().start();
    private final RigCamera camera;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
    private final Set<String> announced = ConcurrentHashMap.newKeySet();
    private final List<BoardJudge.Span> blind = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean stopped;
    private Thread controller;
    private Child daemon;

    /**
     * @param perSecond boards that come in a second
     * @param fps frames that the camera gives in a second
     */
    BoardsRun(Path folder, int perSecond, int fps) throws Exception {
        this.folder = folder;
        pitchMs = 1_000 / perSecond;
        lines = folder.resolve("lines.jsonl");
        pictures = PCB ? BoardPictures.pcb(folder.resolve("boards")) : BoardPictures.shades(folder.resolve("boards"));
        camera = new RigCamera(
                folder,
                "--cam",
                "boards=" + folder.resolve("boards") + ":/line",
                "--size",
                pictures.size(),
                "--fps",
                Integer.toString(fps),
                "--pitch",
                Integer.toString(pitchMs),
                "--bitrate",
                "12000",
                "--transport",
                "tcp");
    }

    private String yaml() {
        String parts = "frozenTimeoutMs: 0, stallTimeoutMs: 1000, parts: {window: {fromMs: "
                + EDGE_MS
                + ", toMs: " + (pitchMs - EDGE_MS) + ", frames: " + MIN_FRAMES + "}, deadlineMs: " + DEADLINE.toMillis()
                + ", " + pictures.classes() + ", dir: " + folder.resolve("parts") + "}";
        return new Yaml()
                .pipeline("device: cpu, threshold: 0.3")
                .source("line", camera.uri("/line"), parts)
                .kafka(broker.bootstrapServers(), TOPIC, "spool: {dir: " + folder.resolve("spool") + "}")
                .jsonl(lines)
                .http(port)
                .text()
                .replace(Rig.MODEL.toString(), pictures.model().toString());
    }

    /** Starts the daemon and waits until it sees boards. */
    void startDaemon() {
        daemon = Ringsight.daemon(folder, yaml());
        daemon.await("the line", LIMIT, () -> Ringsight.state(port, "line").equals("live"));
    }

    /** kill -9; what comes from now on until it is started again is seen by nobody. */
    void killDaemon() {
        daemon.signal("KILL");
        daemon.waitFor(LIMIT);
    }

    /** Ends it as users do, and waits until it has delivered everything. */
    int stopDaemon() {
        daemon.signal("TERM");
        return daemon.waitFor(LIMIT);
    }

    /** The camera gives nothing for that long. */
    void stallCamera(long ms) {
        camera.freeze();
        Instant from = Instant.now();
        daemon.runFor(Duration.ofMillis(ms));
        blind.add(new BoardJudge.Span(from, Instant.now()));
        camera.thaw();
    }

    /** The daemon gets no CPU time for that long: more comes at once than it can take. */
    void overload(long ms) {
        daemon.signal("STOP");
        daemon.runFor(Duration.ofMillis(ms));
        daemon.signal("CONT");
    }

    /** From now on each board is announced as it comes. */
    void announce() {
        controller = new Thread(this::announceAll, "controller");
        controller.start();
    }

    private void announceAll() {
        long slot = System.currentTimeMillis() / pitchMs;
        while (!stopped) {
            slot++;
            while (System.currentTimeMillis() < slot * pitchMs) {
                LockSupport.parkNanos(1_000_000);
            }
            announce(slot);
        }
    }

    private void announce(long slot) {
        String part = "B" + slot;
        URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/sources/line/parts?part=" + part + "&at="
                + Instant.ofEpochMilli(slot * pitchMs));
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        asked.incrementAndGet();
        http.sendAsync(request, HttpResponse.BodyHandlers.discarding()).whenComplete((answer, failure) -> {
            if (answer != null && answer.statusCode() == 202) {
                announced.add(part);
            }
            answered.incrementAndGet();
        });
    }

    /** How many were taken by the daemon. */
    int announced() {
        return announced.size();
    }

    /** No more boards; waits until the last one is answered. */
    void endOfBoards() throws InterruptedException {
        stopped = true;
        controller.join();
        daemon.await("every answer", LIMIT, () -> answered.get() == asked.get());
    }

    /** Verdicts of a kind so far, as the daemon that runs counts them. */
    long counted(String grade) {
        return Ringsight.metric(port, "ringsight_verdicts_" + grade + "_total", "line")
                .map(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .orElse(0L);
    }

    Child daemon() {
        return daemon;
    }

    /** Judges what is in the broker. */
    BoardJudge judge() {
        return BoardJudge.of(
                messages(broker.read(TOPIC)),
                new BoardJudge.Truth(
                        part -> pictures.grade(Long.parseLong(part.substring(1))),
                        Set.copyOf(announced),
                        MIN_FRAMES,
                        DEADLINE,
                        List.copyOf(blind)));
    }

    /** What the broker has. */
    List<Message> inBroker() {
        return messages(broker.read(TOPIC));
    }

    /** What another receiver has, but for lines that a kill tore: their verdicts are handed over again. */
    List<Message> inFile() {
        return messages(
                Child.read(lines).lines().filter(line -> line.endsWith("}")).toList());
    }

    private static List<Message> messages(List<String> lines) {
        List<Message> messages = new ArrayList<>();
        for (String line : lines) {
            try {
                messages.add(MessageReader.read(line.getBytes(StandardCharsets.UTF_8)));
            } catch (MessageFormatException e) {
                throw new AssertionError(line, e);
            }
        }
        return messages;
    }

    @Override
    public void close() {
        stopped = true;
        if (daemon != null) {
            daemon.close();
        }
        camera.thaw();
        camera.close();
        broker.close();
    }
}
