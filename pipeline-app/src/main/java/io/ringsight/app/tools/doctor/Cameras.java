package io.ringsight.app.tools.doctor;

import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.ProbeReport;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** USB and built-in cameras: what the kernel's Video4Linux2 shows, each opened until its first picture. */
final class Cameras {
    private static final Path DEVICES = Path.of("/dev");
    private static final Path KERNEL = Path.of("/sys/class/video4linux");
    private static final long LIMIT_MS = 3_000;

    private Cameras() {}

    static Finding v4l2() {
        List<Path> refused = new ArrayList<>();
        List<CompletableFuture<Finding>> opened = new ArrayList<>();
        for (Path device : devices()) {
            if (Files.isReadable(device) && Files.isWritable(device)) {
                // All at once: each may need its whole time. A camera that several nodes belong to gives by one.
                opened.add(CompletableFuture.supplyAsync(() -> open(device), task -> Threads.start("doctor", task)));
            } else {
                refused.add(device);
            }
        }
        List<Finding> tried = opened.stream().map(CompletableFuture::join).toList();
        List<String> usable =
                tried.stream().filter(Finding::usable).map(Finding::detail).toList();
        if (!usable.isEmpty()) {
            return Finding.usable("V4L2", String.join("; ", usable));
        }
        if (!refused.isEmpty()) {
            return Finding.missing(
                    "V4L2",
                    String.join(", ", refused.stream().map(Cameras::described).toList())
                            + ": this user may not open it; add the user to the group video");
        }
        if (!tried.isEmpty()) {
            return Finding.missing(
                    "V4L2",
                    String.join("; ", tried.stream().map(Finding::detail).toList()));
        }
        return Finding.missing(
                "V4L2", "no /dev/video*: no camera is plugged in, or this is a container without --device /dev/video0");
    }

    private static Finding open(Path device) {
        SourceSettings limits = SourceSettings.NONE.with(new SourceSettings.Limits(LIMIT_MS, LIMIT_MS, null, null));
        try {
            SourceSpec spec = SourceSpec.parse("v4l2:" + device, limits);
            ProbeReport report = Sources.probe(spec, Clock.system(), 0, picture -> {});
            return report.ok()
                    ? Finding.usable(
                            "V4L2",
                            described(device) + " gives " + report.video().codec() + " of "
                                    + report.last().width() + "x"
                                    + report.last().height())
                    : Finding.missing("V4L2", described(device) + " gives no picture: " + report.why());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.missing("V4L2", described(device) + " was not tried");
        }
    }

    private static List<Path> devices() {
        try (Stream<Path> entries = Files.list(DEVICES)) {
            return entries.filter(path -> path.getFileName().toString().matches("video\\d+"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String described(Path device) {
        try {
            Path name = KERNEL.resolve(device.getFileName()).resolve("name");
            return device + " (" + Files.readString(name).strip() + ")";
        } catch (IOException e) {
            return device.toString();
        }
    }
}
