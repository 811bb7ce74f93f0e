package io.ringsight.sources.v4l2;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a camera again that the kernel has given another number: {@code /dev/video0} may be {@code /dev/video2} after
 * it was plugged in again, and another camera's afterwards. Which camera it is, is remembered when it was first opened,
 * from what the kernel tells in {@code /sys}: maker, product and serial number, or where it is plugged in.
 *
 * <p>A name that follows the camera by itself ({@code /dev/v4l/by-id/…}) is only ever opened as it is. Used on the
 * source's thread.
 */
public final class V4l2Device {
    private static final Logger LOG = LoggerFactory.getLogger(V4l2Device.class);
    private static final Path CLASS = Path.of("/sys/class/video4linux");

    private final Path wanted;
    private final Path sysfsClass;
    private Identity identity;
    private Path opened;

    public V4l2Device(String device) {
        this(Path.of(device), CLASS);
    }

    V4l2Device(Path device, Path sysfsClass) {
        wanted = device;
        opened = device;
        this.sysfsClass = sysfsClass;
    }

    /**
     * What is known of a camera.
     *
     * @param node its number's name, as {@code video0}
     * @param name what the driver calls it
     * @param index number of this node among the camera's own: pictures are 0, metadata 1
     * @param place where it is plugged in
     * @param maker USB vendor and product; empty for what is no USB camera
     * @param serial empty for none
     */
    record Identity(String node, String name, String index, String place, String maker, String serial) {
        /** The same camera for sure: by its serial number, or without one in the same place. */
        boolean isSame(Identity other) {
            return isSameKind(other) && serial.equals(other.serial) && (!serial.isEmpty() || place.equals(other.place));
        }

        /** Cannot be told apart but by place. */
        boolean isSameKind(Identity other) {
            return name.equals(other.name) && index.equals(other.index) && maker.equals(other.maker);
        }
    }

    /**
     * The path to open now.
     *
     * @throws EndedException if another camera has taken the number of the one that was opened before, which is not there
     */
    public String resolve() throws EndedException {
        opened = wanted;
        if (identity == null || Files.isSymbolicLink(wanted)) {
            return wanted.toString();
        }
        Optional<Identity> here = identityOf(wanted.getFileName().toString());
        if (here.isPresent() && here.get().isSame(identity)) {
            return wanted.toString();
        }
        Optional<Identity> found = find();
        if (found.isPresent()) {
            opened = wanted.resolveSibling(found.get().node());
            LOG.info("{}: the camera '{}' was found again as {}", wanted, identity.name(), opened);
        } else if (here.isPresent()) {
            throw new EndedException(Ending.retry(
                    GapReason.NOT_FOUND,
                    wanted + " is now another camera, '" + here.get().name() + "'; '" + identity.name()
                            + "' is not plugged in"));
        }
        return opened.toString();
    }

    /** What {@link #resolve} gave was opened. */
    public void remember() {
        if (!Files.isSymbolicLink(wanted)) {
            identityOf(opened.getFileName().toString()).ifPresent(now -> identity = now);
        }
    }

    private Optional<Identity> find() {
        List<Identity> all = all();
        Optional<Identity> same = all.stream().filter(identity::isSame).findFirst();
        if (same.isPresent() || !identity.serial().isEmpty() || identity.maker().isEmpty()) {
            return same;
        }
        // A camera without serial number in another socket: it is this one if there is no other of its kind.
        List<Identity> alike = all.stream().filter(identity::isSameKind).toList();
        return alike.size() == 1 ? Optional.of(alike.get(0)) : Optional.empty();
    }

    private List<Identity> all() {
        try (Stream<Path> nodes = Files.list(sysfsClass)) {
            return nodes.map(node -> identityOf(node.getFileName().toString()))
                    .flatMap(Optional::stream)
                    .sorted(Comparator.comparing(Identity::node))
                    .toList();
        } catch (IOException e) {
            // No /sys, as in some containers: then there is the number only.
            return List.of();
        }
    }

    private Optional<Identity> identityOf(String node) {
        Path entry = sysfsClass.resolve(node);
        try {
            Path place = entry.resolve("device").toRealPath();
            Path usb = place.resolveSibling("idVendor").toFile().exists() ? place.getParent() : place;
            return Optional.of(new Identity(
                    node,
                    text(entry.resolve("name")),
                    text(entry.resolve("index")),
                    place.toString(),
                    text(usb.resolve("idVendor")) + text(usb.resolve("idProduct")),
                    text(usb.resolve("serial"))));
        } catch (IOException e) {
            // It is not there, or vanished while it was looked at.
            return Optional.empty();
        }
    }

    private static String text(Path file) throws IOException {
        return Files.isReadable(file) ? Files.readString(file).strip() : "";
    }
}
