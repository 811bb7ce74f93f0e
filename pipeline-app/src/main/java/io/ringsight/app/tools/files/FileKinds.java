package io.ringsight.app.tools.files;

import io.ringsight.sources.recording.MediaFiles;
import java.nio.file.Path;
import java.util.Locale;

/** Tells pictures from videos by the ends of their names. */
public final class FileKinds {
    private FileKinds() {}

    /** Whether the name is a picture's. */
    public static boolean isPicture(Path file) {
        return MediaFiles.isPicture(file);
    }

    /** The endings of pictures, for people. */
    public static String pictureEndings() {
        return MediaFiles.pictureEndings();
    }

    /** What stands behind the last dot, in small letters; empty if nothing does. */
    public static String ending(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(dot + 1).toLowerCase(Locale.ROOT) : "";
    }

    /** The name without folder and ending. */
    public static String stem(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
