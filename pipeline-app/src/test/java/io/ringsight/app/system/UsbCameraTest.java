package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.JavaCommand;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A USB camera of the kernel's own driver, in a virtual machine: it stops giving pictures without a word, is unplugged
 * and plugged in again, while the daemon runs there ({@code scripts/rig/jobs/usb-camera.sh} makes the faults).
 */
@Tag("v4l2")
class UsbCameraTest {
    private static final Duration LIMIT = Duration.ofMinutes(6);
    private static final long STALL_TIMEOUT_MS = 3_000;

    @TempDir
    private Path folder;

    @Test
    void stallIsSeenInTimeAndTheCameraComesBackWhenPluggedIn() throws IOException {
        Rig.needVm();
        Path job = Files.createDirectory(folder.resolve("job"));
        Files.copy(Path.of(Rig.file("jobs/usb-camera.sh")), job.resolve("run.sh"));
        Files.writeString(job.resolve("classpath"), JavaCommand.classPath());
        Files.writeString(job.resolve("pipeline.yaml"), configuration());
        new TinyOnnx().wholeClasses().write(job.resolve("tiny.onnx"));

        Child.Finished vm = Child.run(
                Map.of("MEM", "1536", "RIG_WORK", Rig.WORK.toString()),
                List.of(Rig.file("run-vm.sh"), job.toString()),
                LIMIT);
        assertThat(vm.succeeded()).as(vm.out()).isTrue();
        assertThat(Child.read(job.resolve("daemon.log"))).endsWith("daemon rc=0\n");
        Account account = Account.of(Files.readAllLines(job.resolve("messages.jsonl")), "usb");
        Map<String, Instant> events = events(job.resolve("events"));

        assertThat(account.frames()).allSatisfy(frame -> {
            assertThat(frame.object("captureTime").text("clock")).isEqualTo("device");
            assertThat(frame.object("frame").integer("width")).isEqualTo(320);
        });
        assertThat(intervalsOfUncertainty(account, Instant.MIN, events.get("exposure")))
                .as("where the driver stamps the end of the frame")
                .isNotEmpty()
                .containsOnly(2.0);
        assertThat(intervalsOfUncertainty(account, events.get("exposure"), events.get("unplug")))
                .as("where it stamps the start of the exposure, but for what was on its way")
                .containsAnyOf(1.0)
                .isSubsetOf(1.0, 2.0)
                .isSortedAccordingTo(Comparator.reverseOrder());
        Instant stallSeen = gap(account, events.get("stall"), "stalled");
        System.out.printf(
                "usb camera: %d frames decoded, stall seen %d ms after the last picture at the earliest%n",
                account.decoded(),
                Duration.between(events.get("stalled"), stallSeen).toMillis());
        assertThat(gap(account, events.get("unplug"), "disconnected")).isBefore(events.get("plug"));
        assertThat(framesBetween(account, events.get("plug"), events.get("end")))
                .as("frames after it was plugged in again")
                .isPositive();
    }

    private static String configuration() {
        return """
                pipeline: {model: /job/tiny.onnx}
                sources:
                  - {id: usb, uri: "v4l2:/dev/video0", videoSize: 320x180, framerate: 15, openTimeoutMs: 15000, \
                stallTimeoutMs: %d}
                sinks:
                  - jsonl: {path: /job/messages.jsonl}
                """.formatted(STALL_TIMEOUT_MS);
    }

    /** When the first gap message of {@code reason} after {@code from} was published. */
    private static Instant gap(Account account, Instant from, String reason) {
        return account.gaps().stream()
                .filter(gap -> gap.text("reason").equals(reason))
                .map(gap -> Instant.parse(gap.text("publishedAt")))
                .filter(time -> time.isAfter(from))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no gap " + reason + " after " + from + ": " + account.gaps()));
    }

    private static long framesBetween(Account account, Instant from, Instant to) {
        return account.frames().stream()
                .map(frame -> Instant.parse(frame.text("publishedAt")))
                .filter(time -> time.isAfter(from) && time.isBefore(to))
                .count();
    }

    /** Of frames published then that follow another within a second: the uncertainty in intervals between the two. */
    private static List<Double> intervalsOfUncertainty(Account account, Instant from, Instant to) {
        List<Double> found = new ArrayList<>();
        for (int i = 1; i < account.frames().size(); i++) {
            Json frame = account.frames().get(i);
            Instant published = Instant.parse(frame.text("publishedAt"));
            Json before = account.frames().get(i - 1);
            long us = (frame.integer("ptsNs") - before.integer("ptsNs")) / 1_000;
            boolean follows = frame.integer("frameSeq") == before.integer("frameSeq") + 1 && us > 0 && us < 1_000_000;
            if (follows && published.isAfter(from) && published.isBefore(to)) {
                found.add(frame.object("captureTime").integer("uncertaintyUs") / (double) us);
            }
        }
        return found;
    }

    /** Lines of a name and nanoseconds since 1970. */
    private static Map<String, Instant> events(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(f -> f[0], f -> Instant.ofEpochSecond(0, Long.parseLong(f[1]))));
    }
}
