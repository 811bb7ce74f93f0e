package io.ringsight.sources.v4l2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.sources.supervise.EndedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding USB cameras again, in a folder laid out as the kernel's /sys. */
class V4l2DeviceTest {
    @TempDir
    Path root;

    private Path sysfsClass;

    @BeforeEach
    void makeClass() throws IOException {
        sysfsClass = Files.createDirectories(root.resolve("class/video4linux"));
    }

    @Test
    void followsTheSerialNumberToAnotherNumberAndSocket() throws Exception {
        plug("video0", "1-1", "Line", "A17");
        V4l2Device device = opened("/dev/video0");
        unplug("video0");
        plug("video0", "1-1", "Line", "B42");
        plug("video3", "1-4", "Line", "A17");
        assertThat(device.resolve()).isEqualTo("/dev/video3");
        device.remember();

        unplug("video0");
        unplug("video3");
        plug("video0", "1-2", "Line", "A17");
        assertThat(device.resolve()).isEqualTo("/dev/video0");
    }

    @Test
    void keepsToTheSocketWhereTwoCannotBeToldApart() throws Exception {
        plug("video0", "1-1", "Line", "");
        plug("video1", "1-2", "Line", "");
        V4l2Device first = opened("/dev/video0");
        V4l2Device second = opened("/dev/video1");
        unplug("video0");
        unplug("video1");
        plug("video0", "1-2", "Line", "");
        plug("video1", "1-1", "Line", "");
        assertThat(first.resolve()).isEqualTo("/dev/video1");
        assertThat(second.resolve()).isEqualTo("/dev/video0");
    }

    @Test
    void takesTheOnlyOneOfItsKindWhereverItIs() throws Exception {
        plug("video0", "1-1", "Line", "");
        V4l2Device device = opened("/dev/video0");
        unplug("video0");
        plug("video0", "1-1", "Other", "");
        plug("video2", "1-3", "Line", "");
        assertThat(device.resolve()).isEqualTo("/dev/video2");
        plug("video4", "1-4", "Line", "");
        assertThatThrownBy(device::resolve).hasMessageContaining("another camera, 'Other'");
    }

    @Test
    void doesNotTakeAnotherCameraForIt() throws Exception {
        plug("video0", "1-1", "Line", "A17");
        V4l2Device device = opened("/dev/video0");
        unplug("video0");
        assertThat(device.resolve()).as("not there: opening says so").isEqualTo("/dev/video0");
        plug("video0", "1-1", "Line", "B42");
        assertThatThrownBy(device::resolve)
                .isInstanceOf(EndedException.class)
                .hasMessage("not-found: /dev/video0 is now another camera, 'Line'; 'Line' is not plugged in");
    }

    @Test
    void doesNotTakeTheMetadataNodeForThePictures() throws Exception {
        plug("video0", "1-1", "Line", "A17");
        V4l2Device device = opened("/dev/video0");
        unplug("video0");
        plug("video2", "1-1", "Line", "A17");
        Files.writeString(sysfsClass.resolve("video2/index"), "1\n");
        plug("video3", "1-1", "Line", "A17");
        assertThat(device.resolve()).isEqualTo("/dev/video3");
    }

    @Test
    void opensALinkAsItIsAndAnyNumberWithoutSysfs() throws Exception {
        plug("video0", "1-1", "Line", "A17");
        Path byId = Files.createSymbolicLink(root.resolve("by-id"), Path.of("/dev/video0"));
        V4l2Device link = new V4l2Device(byId, sysfsClass);
        assertThat(link.resolve()).isEqualTo(byId.toString());
        link.remember();
        unplug("video0");
        assertThat(link.resolve()).isEqualTo(byId.toString());

        V4l2Device blind = new V4l2Device(Path.of("/dev/video0"), root.resolve("nothing"));
        assertThat(blind.resolve()).isEqualTo("/dev/video0");
        blind.remember();
        assertThat(blind.resolve()).isEqualTo("/dev/video0");
    }

    private V4l2Device opened(String path) throws EndedException {
        V4l2Device device = new V4l2Device(Path.of(path), sysfsClass);
        assertThat(device.resolve()).isEqualTo(path);
        device.remember();
        return device;
    }

    private void plug(String node, String socket, String name, String serial) throws IOException {
        Path usb = Files.createDirectories(root.resolve("devices/" + socket));
        Files.writeString(usb.resolve("idVendor"), "046d\n");
        Files.writeString(usb.resolve("idProduct"), "085b\n");
        Files.deleteIfExists(usb.resolve("serial"));
        if (!serial.isEmpty()) {
            Files.writeString(usb.resolve("serial"), serial + "\n");
        }
        Path face = Files.createDirectories(usb.resolve(socket + ":1.0"));
        Path entry = Files.createDirectories(sysfsClass.resolve(node));
        Files.writeString(entry.resolve("name"), name + "\n");
        Files.writeString(entry.resolve("index"), "0\n");
        Files.createSymbolicLink(entry.resolve("device"), face);
    }

    private void unplug(String node) throws IOException {
        for (String file : new String[] {"name", "index", "device"}) {
            Files.delete(sysfsClass.resolve(node).resolve(file));
        }
        Files.delete(sysfsClass.resolve(node));
    }
}
