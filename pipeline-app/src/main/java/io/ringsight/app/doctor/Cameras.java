package io.ringsight.app.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** USB and built-in cameras: what the kernel's Video4Linux2 shows. */
final class Cameras {
    private static final Path DEVICES = Path.of("/dev");
    private static final Path KERNEL = Path.of("/sys/class/video4linux");

    private Cameras() {}

    static Finding v4l2() {
        List<String> usable = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (Path device : devices()) {
            (Files.isReadable(device) && Files.isWritable(device) ? usable : refused).add(described(device));
        }
        if (!usable.isEmpty()) {
            return Finding.usable("V4L2", String.join(", ", usable));
        }
        if (!refused.isEmpty()) {
            return Finding.missing(
                    "V4L2",
                    String.join(", ", refused) + ": this user may not open it; add the user to the group video");
        }
        return Finding.missing(
                "V4L2", "no /dev/video*: no camera is plugged in, or this is a container without --device /dev/video0");
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
