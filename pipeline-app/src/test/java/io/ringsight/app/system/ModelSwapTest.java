package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon whose model file is replaced again and again while cameras run: no frame is lost or out of order, each message
 * names the model that computed it, and a model that fails is refused. More and faster by system properties;
 * {@code scripts/nightly swaps} does it under load, with the credits that cameras have.
 */
@Timeout(3_600)
class ModelSwapTest {
    private static final int SWAPS = Integer.getInteger("ringsight.swaps", 20);
    private static final int REFUSALS = Integer.getInteger("ringsight.swaps.refusals", 3);
    private static final int CAMERAS = Integer.getInteger("ringsight.swaps.cameras", 3);
    private static final int FPS = Integer.getInteger("ringsight.swaps.fps", 3);
    /** Of the cores that all cameras together take, instead of the frames a second; the times are judged then, too. */
    private static final int LOAD_PERCENT = Integer.getInteger("ringsight.swaps.loadPercent", 0);
    /** Between two swaps: 99 of 100 frames are to be as quick as in quiet times, so not every second is one of loading. */
    private static final int PAUSE_S = Integer.getInteger("ringsight.swaps.pauseSeconds", 0);

    private static final double MAX_P99_RATIO = 1.5;
    /** So many frames of a camera may wait while a busy machine loads a model. */
    private static final int CREDITS = Integer.getInteger("ringsight.swaps.credits", 64);

    private static final int QUIET_S = Integer.getInteger("ringsight.swaps.quietSeconds", 3);
    private static final Duration LIMIT = Duration.ofSeconds(240);
    /** Above what malloc keeps of pieces; a model of four lanes and their tensors left behind at each swap is far more. */
    private static final long MAX_GROWTH_MIB = 350;

    /** As scripts/ringsight has it: what was freed is used again, whichever thread had it. */
    private static final List<String> AS_LAUNCHED = List.of("env", "MALLOC_ARENA_MAX=2");

    private static final Path MODELS = Rig.ROOT.resolve("conf/models");
    private static final String LABELS = "labels: [%1$s-0, %1$s-1, %1$s-2, %1$s-3, %1$s-4, %1$s-5]\n";

    @TempDir
    private Path folder;

    private final List<String> problems = new ArrayList<>();
    private int port;
    private int fps = FPS;
    private int applied;
    private int refused;

    @Test
    void aModelIsReplacedWhileCamerasRun() throws Exception {
        port = FreePort.take();
        Path messages = folder.resolve("messages.jsonl");
        put("one", "pcb-defect.onnx", "");
        if (LOAD_PERCENT > 0) {
            fps = fpsOfLoad();
        }
        long quietEnd;
        List<Long> residentMib = new ArrayList<>();
        try (Child daemon = Ringsight.daemonBy(AS_LAUNCHED, folder, configuration(messages))) {
            awaitFrames(daemon);
            daemon.runFor(Duration.ofSeconds(QUIET_S));
            quietEnd = Files.readAllLines(messages).size();
            for (int i = 1; i <= SWAPS; i++) {
                swap(daemon, i % 2 == 0 ? "one" : "two");
                residentMib.add(daemon.residentMib());
                daemon.runFor(Duration.ofSeconds(PAUSE_S));
            }
            for (int i = 0; i < REFUSALS; i++) {
                refuse(daemon, i);
            }
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
            assertThat(daemon.err().lines().filter(line -> line.contains("keeping the old one")))
                    .hasSize(REFUSALS);
        }
        List<String> lines = Files.readAllLines(messages);
        for (int i = 1; i <= CAMERAS; i++) {
            check("camera" + i, lines);
        }
        double quietMs = p99Ms(lines.subList(0, (int) quietEnd));
        double swapsMs = p99Ms(lines.subList((int) quietEnd, lines.size()));
        int early = SWAPS / 4;
        System.out.printf(
                "%d swaps, %d refused, %d cameras at %d fps: %d messages, p99 %.1f ms quiet, %.1f ms with swaps;"
                        + " resident MiB after swap %d: %d, after all: %d%n",
                SWAPS,
                REFUSALS,
                CAMERAS,
                fps,
                lines.size(),
                quietMs,
                swapsMs,
                early,
                residentMib.get(early),
                residentMib.get(SWAPS - 1));
        assertThat(residentMib.get(SWAPS - 1)).isLessThanOrEqualTo(residentMib.get(early) + MAX_GROWTH_MIB);
        assertThat(problems).isEmpty();
        if (LOAD_PERCENT > 0) {
            assertThat(swapsMs).isLessThanOrEqualTo(MAX_P99_RATIO * quietMs);
        }
    }

    /** How many frames a second each camera may give for all of them to take {@link #LOAD_PERCENT} of the cores. */
    private int fpsOfLoad() {
        try (Child daemon =
                Ringsight.daemonBy(AS_LAUNCHED, folder, configuration(folder.resolve("calibration.jsonl")))) {
            awaitFrames(daemon);
            daemon.runFor(Duration.ofSeconds(QUIET_S));
            long cpuMs = daemon.cpuMs();
            long frames = published().stream().mapToLong(Long::longValue).sum();
            daemon.runFor(Duration.ofSeconds(QUIET_S));
            double msAFrame = (double) (daemon.cpuMs() - cpuMs)
                    / (published().stream().mapToLong(Long::longValue).sum() - frames);
            double coresMs = 1_000.0 * Runtime.getRuntime().availableProcessors();
            return (int) Math.max(1, Math.round(LOAD_PERCENT / 100.0 * coresMs / msAFrame / CAMERAS));
        }
    }

    private void swap(Child daemon, String name) throws IOException {
        put(name, name.equals("one") ? "pcb-defect.onnx" : "pcb-defect-int8.onnx", "");
        daemon.signal("HUP");
        applied++;
        daemon.await("reload " + applied, LIMIT, () -> reloads("applied") == applied);
        awaitFrames(daemon);
    }

    /** Broken, cut off, or one whose gate did not pass. */
    private void refuse(Child daemon, int kind) throws IOException {
        switch (kind % 3) {
            case 0 -> put("bad", "pcb-defect.onnx", "gate: {passed: false}\n");
            case 1 -> {
                byte[] whole = Files.readAllBytes(MODELS.resolve("pcb-defect.onnx"));
                replace(Arrays.copyOf(whole, whole.length / 2), "model.onnx");
            }
            default -> replace("not a model".getBytes(), "model.onnx");
        }
        daemon.signal("HUP");
        refused++;
        daemon.await("refusal " + refused, LIMIT, () -> reloads("refused") == refused);
        awaitFrames(daemon);
    }

    private void put(String name, String onnx, String more) throws IOException {
        replace(Files.readAllBytes(MODELS.resolve(onnx)), "model.onnx");
        String yaml = "file: model.onnx\nname: " + name + "\n" + LABELS.formatted(name) + more;
        replace(yaml.getBytes(), "model.yaml");
    }

    private void replace(byte[] bytes, String name) throws IOException {
        Path written = Files.write(folder.resolve(name + ".new"), bytes);
        Files.move(written, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private String configuration(Path messages) {
        Yaml yaml = new Yaml().jsonl(messages).http(port);
        for (int i = 1; i <= CAMERAS; i++) {
            yaml.source(
                    "camera" + i,
                    "synthetic:pcb?width=640&height=640&fps=" + fps + "&seed=" + i,
                    "credits: " + CREDITS);
        }
        String text =
                yaml.pipeline("device: cpu, threshold: 0.3, ringSize: 1024").text();
        return text.replace(Rig.MODEL.toString(), folder.resolve("model.yaml").toString());
    }

    private long reloads(String result) {
        return Ringsight.get(port, "/metrics")
                .lines()
                .filter(line -> line.startsWith("ringsight_config_reloads_total{result=\"" + result + "\"}"))
                .mapToLong(ModelSwapTest::value)
                .sum();
    }

    /** Two more of each camera than now. */
    private void awaitFrames(Child daemon) {
        List<Long> before = published();
        daemon.await("frames of each camera", LIMIT, () -> {
            List<Long> now = published();
            return now.size() == CAMERAS
                    && IntStream.range(0, CAMERAS)
                            .allMatch(i -> now.get(i) >= 2 + (before.size() == CAMERAS ? before.get(i) : 0));
        });
    }

    private List<Long> published() {
        return Ringsight.get(port, "/metrics")
                .lines()
                .filter(line -> line.startsWith("ringsight_frames_published_total{"))
                .map(ModelSwapTest::value)
                .toList();
    }

    private static long value(String line) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private void check(String camera, List<String> lines) {
        Account account = Account.of(lines, camera);
        if (!account.lost().isEmpty()) {
            problems.add(camera + " lost " + account.lost());
        }
        String model = "one";
        int changes = 0;
        for (Json frame : account.frames()) {
            String name = frame.object("model").text("name");
            changes += name.equals(model) ? 0 : 1;
            model = name;
            if (!frame.object("model").text("precision").equals(name.equals("one") ? "fp32" : "int8")) {
                problems.add(camera + ": the names of two models in one message: " + frame);
            }
            if (!frame.objects("objects").stream()
                    .allMatch(object -> object.text("label").startsWith(name + "-"))) {
                problems.add(camera + ": objects of another model than " + frame);
            }
        }
        assertThat(changes)
                .as("changes of the model in the messages of " + camera)
                .isEqualTo(SWAPS);
    }

    /** From decoded to handed to the sinks. */
    private static double p99Ms(List<String> lines) {
        double[] ms = lines.stream()
                .map(Json::parse)
                .filter(message -> message.text("type").equals("frame"))
                .map(message -> message.object("stages"))
                .mapToDouble(stages -> (stages.integer("queueNs")
                                + stages.integer("preprocessNs")
                                + stages.integer("inferNs")
                                + stages.integer("postNs"))
                        / 1e6)
                .sorted()
                .toArray();
        return ms[(int) Math.ceil(0.99 * ms.length) - 1];
    }
}
