package io.ringsight.app.natives;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where native libraries are unpacked: the first directory of a fixed order that belongs to this user alone and that
 * code may be loaded from. What somebody else may write there is never loaded.
 */
final class NativeDirectory {
    /** Names the directory; no other is tried then. */
    static final String VARIABLE = "RINGSIGHT_NATIVE_DIR";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private NativeDirectory() {}

    /** Tries to load code from a directory. */
    interface Trial {
        /** @throws IOException with the reason why it cannot be done */
        void load(Path directory) throws IOException;
    }

    /**
     * Chooses the first usable candidate.
     *
     * @throws IOException if none is; the message names each that was tried, why not, and what to set
     */
    static Path choose(List<Path> candidates, Trial trial) throws IOException {
        List<String> refused = new ArrayList<>();
        for (Path candidate : candidates) {
            try {
                makePrivate(candidate);
                trial.load(candidate);
                return candidate;
            } catch (IOException e) {
                refused.add(candidate + ": " + reason(e));
            }
        }
        throw new IOException(
                "found no place to unpack the native libraries to; tried " + String.join("; ", refused) + "; set "
                        + VARIABLE + " to a directory of this user, with 400 MB free, not mounted noexec or read-only");
    }

    /** The order in which places are tried. */
    static List<Path> candidates(Map<String, String> environment, long uid, Path temporary) {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isBlank()) {
            return List.of(Path.of(named).toAbsolutePath());
        }
        List<Path> all = new ArrayList<>();
        // systemd's CacheDirectory=, a colon-separated list
        add(all, environment.getOrDefault("CACHE_DIRECTORY", "").split(":")[0], "native");
        add(all, environment.getOrDefault("XDG_CACHE_HOME", ""), "ringsight/native");
        add(all, environment.getOrDefault("HOME", ""), ".cache/ringsight/native");
        for (Path shared : List.of(Path.of("/var/tmp"), temporary)) {
            all.add(shared.resolve("ringsight-native-" + uid));
        }
        return all.stream().distinct().toList();
    }

    private static void add(List<Path> all, String base, String below) {
        if (base.startsWith("/")) {
            all.add(Path.of(base).resolve(below));
        }
    }

    private static void makePrivate(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null) {
            Files.createDirectories(parent, PosixFilePermissions.asFileAttribute(PRIVATE));
        }
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
        } catch (FileAlreadyExistsException e) {
            checkOwn(directory);
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("it cannot be written");
        }
    }

    private static void checkOwn(Path directory) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(directory, "unix:uid,permissions,isDirectory", LinkOption.NOFOLLOW_LINKS);
        if (!Boolean.TRUE.equals(found.get("isDirectory"))) {
            throw new IOException("it is no directory");
        }
        if (((Number) found.get("uid")).longValue() != uid()) {
            throw new IOException("it belongs to another user");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        Set<PosixFilePermission> others = EnumSet.copyOf(permissions);
        others.retainAll(EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE));
        if (!others.isEmpty()) {
            throw new IOException("other users may write to it (chmod 700 " + directory + ")");
        }
    }

    /** The user this process runs as, also where no passwd entry names it. */
    static long uid() throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e.getMessage();
    }
}
