package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way: a camera shows boards with known defects over RTSP, the daemon publishes to a real broker, and what
 * kcat reads back is as good as the same pictures judged from their files, with every frame accounted for.
 */
@Tag("rtsp")
@Tag("kafka")
@Tag("shared")
class CameraToKafkaTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    /** The video shows each board for four frames at 25 frames a second. */
    private static final int FRAMES_A_BOARD = 4;

    private static final double IOU = 0.33;
    private static final String TOPIC = "boards";

    @TempDir
    private Path folder;

    @Test
    void messagesAreAsGoodAsTheFilesAndEveryFrameIsAccountedFor() throws IOException {
        Rig.needCameras();
        Rig.needBrokers();
        Rig.needObservers();
        Path data = Rig.needShared().resolve("data");
        List<String> boards = Files.readAllLines(data.resolve("deeppcb/dev.txt"));
        try (RigBroker broker = new RigBroker().start();
                RigCamera camera =
                        new RigCamera(folder, "--cam", "file=" + data.resolve("clips/pcb-dev.mp4") + ":/line")) {
            watch(broker, camera, boards.size() * FRAMES_A_BOARD);
            List<String> lines = broker.read(TOPIC);
            Account account = Account.of(lines, "line1");
            assertThat(account.decoded())
                    .as("one whole showing")
                    .isGreaterThanOrEqualTo((long) boards.size() * FRAMES_A_BOARD);
            verifySaysTheSame(broker, account);
            countsOfKcatAndJqAreTheSame(broker, account);
            assertThat(camera.log()).as("the camera kept its pace").doesNotContain("LATE");
            theClockAgrees(account);
            asGoodAsTheFiles(account, boards, data.resolve("deeppcb"));
        }
    }

    private void watch(RigBroker broker, RigCamera camera, int frames) {
        int port = FreePort.take();
        String yaml = new Yaml()
                .pipeline("threshold: 0.001")
                .source("line1", camera.uri("/line"), "transport: tcp, maxLagMs: 0, stallTimeoutMs: 60000")
                .kafka(broker.bootstrapServers(), TOPIC, "")
                .http(port)
                .text();
        try (Child daemon = Ringsight.daemon(folder, yaml)) {
            daemon.await(
                    "one whole showing",
                    LIMIT,
                    () -> Ringsight.metric(port, "ringsight_frames_decoded_total", "line1")
                            .filter(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) >= frames)
                            .isPresent());
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
    }

    private static void verifySaysTheSame(RigBroker broker, Account account) {
        Child.Finished verify =
                Ringsight.run(LIMIT, "verify", "--bootstrap", broker.bootstrapServers(), "--topic", TOPIC, "--json");
        assertThat(verify.exitCode()).as(verify.toString()).isZero();
        Json proof = Json.parse(verify.out());
        assertThat(proof.integer("unaccounted")).isZero();
        assertThat(proof.integer("duplicates")).isZero();
        assertThat(proof.integer("disorder")).isZero();
        assertThat(proof.integer("frames")).isEqualTo(account.frames().size());
        account.lost()
                .forEach((reason, frames) ->
                        assertThat(proof.object("gapFrames").integer(reason)).isEqualTo(frames));
    }

    private void countsOfKcatAndJqAreTheSame(RigBroker broker, Account account) {
        String count = broker.shellRead(TOPIC)
                + " | jq -s '([.[] | select(.type == \"frame\")] | length)"
                + " + ([.[].gaps[].frames] | add // 0) == ([.[].frameSeq] | max)'";
        assertThat(Child.output(List.of("bash", "-o", "pipefail", "-c", count), LIMIT)
                        .strip())
                .isEqualTo("true");
        assertThat(account.frames().size()
                        + account.lost().values().stream().mapToLong(n -> n).sum())
                .isEqualTo(account.decoded());
    }

    private void asGoodAsTheFiles(Account account, List<String> boards, Path deeppcb) throws IOException {
        AveragePrecision ofMessages = new AveragePrecision(IOU);
        boolean[] seen = new boolean[boards.size()];
        for (Json frame : account.frames()) {
            if (frame.isNull("ptsNs")) {
                continue;
            }
            int board = (int) (shownFrame(frame) / FRAMES_A_BOARD % boards.size());
            seen[board] = true;
            ofMessages.add(frame, deeppcb.resolve("labels").resolve(labelFile(boards.get(board))));
        }
        List<String> shown = java.util.stream.IntStream.range(0, boards.size())
                .filter(i -> seen[i])
                .mapToObj(boards::get)
                .toList();
        double ofFiles = mapThroughEval(shown, deeppcb);
        System.out.printf(
                "camera to Kafka: %d frames decoded, %d analysed, lost %s; %d of %d boards seen;"
                        + " mAP@0.33 %.4f of the messages, %.4f of the files%n",
                account.decoded(),
                account.frames().size(),
                account.lost(),
                shown.size(),
                boards.size(),
                ofMessages.mean(),
                ofFiles);
        assertThat(shown).as("boards seen").hasSizeGreaterThan(boards.size() / 2);
        assertThat(ofMessages.mean()).isCloseTo(ofFiles, within(0.01));
    }

    /** What the picture shows, by its time: on a busy machine the camera may leave frames out before they are sent. */
    private static long shownFrame(Json frame) {
        return Math.round(frame.integer("ptsNs") / 40e6);
    }

    /** The frame's number is never ahead of its time. */
    private static void theClockAgrees(Account account) {
        long leftOut = 0;
        for (Json frame : account.frames()) {
            if (!frame.isNull("ptsNs")) {
                long found = shownFrame(frame) - frame.integer("frameSeq") + 1;
                assertThat(found).as("frames left out until " + frame).isGreaterThanOrEqualTo(leftOut - 1);
                leftOut = Math.max(leftOut, found);
            }
        }
    }

    private double mapThroughEval(List<String> boards, Path deeppcb) throws IOException {
        Path list = Files.write(folder.resolve("shown.txt"), boards);
        Child.Finished eval = Ringsight.run(
                Duration.ofMinutes(2),
                "eval",
                "-m",
                Rig.MODEL.toString(),
                "--images",
                deeppcb.resolve("images").toString(),
                "--labels",
                deeppcb.resolve("labels").toString(),
                "--list",
                list.toString(),
                "--iou",
                Double.toString(IOU),
                "--json");
        assertThat(eval.exitCode()).as(eval.toString()).isZero();
        return Json.parse(eval.out()).real("mAP");
    }

    private static String labelFile(String picture) {
        String name = Path.of(picture).getFileName().toString();
        return name.replaceFirst("\\.[a-z]+$", "") + ".txt";
    }
}
