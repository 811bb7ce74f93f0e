package io.ringsight.app.config;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.Normalizer;
import java.util.Locale;

/**
 * Which file a path means, however it is written: links are followed, hard links are one file. A file that does not
 * exist yet is known by its folder and name; names that differ in case only are one, as they are on many USB disks and
 * network shares.
 *
 * @param kind what is there now
 * @param key equal for paths that mean the same regular file or the same file to be
 */
public record FileIdentity(Kind kind, Object key) {
    private static final int MAX_LINKS = 40;

    /** What is at a path. */
    public enum Kind {
        REGULAR,
        FOLDER,
        /** A device, pipe or socket. */
        SPECIAL,
        NOTHING
    }

    /** @throws IOException if that cannot be told: links in a circle, a folder that may not be searched */
    public static FileIdentity of(Path path) throws IOException {
        return of(path.toAbsolutePath(), MAX_LINKS);
    }

    private static FileIdentity of(Path path, int linksLeft) throws IOException {
        if (Files.exists(path)) {
            return existing(path);
        }
        if (Files.isSymbolicLink(path)) {
            if (linksLeft == 0) {
                throw new FileSystemException(path.toString(), null, "too many symbolic links");
            }
            return of(path.resolveSibling(Files.readSymbolicLink(path)), linksLeft - 1);
        }
        Path folder = path.getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new FileSystemException(path.toString(), null, "no such folder");
        }
        Path whole = folder.toRealPath().resolve(folder.relativize(path)).normalize();
        return Files.exists(whole) ? existing(whole) : new FileIdentity(Kind.NOTHING, comparable(whole));
    }

    private static FileIdentity existing(Path path) throws IOException {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        Kind kind = file.isRegularFile() ? Kind.REGULAR : file.isDirectory() ? Kind.FOLDER : Kind.SPECIAL;
        return new FileIdentity(kind, file.fileKey() != null ? file.fileKey() : path.toRealPath());
    }

    private static String comparable(Path path) {
        return Normalizer.normalize(path.toString(), Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }
}
