package io.ringsight.sources.v4l2;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a driver's refusals mean, for people. */
final class Answers {
    private static final Path PROCESSES = Path.of("/proc");

    private Answers() {}

    /**
     * @param step what the driver was asked to do
     * @param code its answer, a negated errno value
     */
    static String inWords(Driver driver, String step, int code) {
        String device = driver.device();
        return switch (-code) {
            case Errno.ENOENT -> device + " does not exist: is the camera plugged in?";
            case Errno.ENODEV, Errno.ENXIO -> device + " has no camera behind it any more: is it plugged in?";
            case Errno.EACCES, Errno.EPERM -> "this user may not open " + device + "; add the user to the group video";
            case Errno.EBUSY -> device + " is in use by " + users(driver) + "; only one can get its pictures";
            case Errno.ENOTTY -> device + " is no V4L2 camera";
            default -> device + ": cannot " + step + ": " + driver.kernel().text(-code);
        };
    }

    /** Who else has it open, as far as this user may see that. */
    private static String users(Driver driver) {
        List<String> users = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            Path device = Path.of(driver.device()).toRealPath();
            String self = Long.toString(ProcessHandle.current().pid());
            for (Path process : processes) {
                String pid = process.getFileName().toString();
                if (pid.equals(self)) {
                    if (timesOpen(process, device) > (driver.descriptor() < 0 ? 0 : 1)) {
                        users.add("another source of this program");
                    }
                } else if (timesOpen(process, device) > 0) {
                    users.add(Files.readString(process.resolve("comm")).strip() + " (process " + pid + ")");
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Processes come and go, and /proc may hide them: then there is nobody to name.
        }
        return users.isEmpty() ? "another program" : String.join(", ", users);
    }

    private static int timesOpen(Path process, Path device) {
        int times = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                times += isOf(descriptor, device) ? 1 : 0;
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Another user's process, or one that has just ended.
        }
        return times;
    }

    private static boolean isOf(Path descriptor, Path device) {
        try {
            return Files.readSymbolicLink(descriptor).equals(device);
        } catch (IOException e) {
            // Closed since the folder was read.
            return false;
        }
    }
}
