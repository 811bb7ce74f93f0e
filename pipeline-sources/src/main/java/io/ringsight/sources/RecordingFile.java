package io.ringsight.sources;

import io.ringsight.core.frame.GapReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be wrong with a file, each in one sentence. None of it goes away by itself. */
final class RecordingFile {
    private RecordingFile() {}

    /** Finds what FFmpeg would say less clearly. */
    static void check(Path path) throws EndedException {
        if (!Files.exists(path)) {
            throw ended(GapReason.NOT_FOUND, path + ": no such file");
        }
        if (Files.isDirectory(path)) {
            throw ended(GapReason.UNSUPPORTED, path + " is a folder; expected a film or picture file");
        }
        if (!Files.isReadable(path)) {
            throw ended(GapReason.NO_PERMISSION, path + " may not be read by this user");
        }
        if (isEmpty(path)) {
            throw ended(GapReason.UNSUPPORTED, path + " is empty (0 bytes)");
        }
    }

    private static boolean isEmpty(Path path) throws EndedException {
        try {
            return Files.isRegularFile(path) && Files.size(path) == 0;
        } catch (IOException e) {
            throw ended(GapReason.IO_ERROR, path + " cannot be read: " + e.getMessage());
        }
    }

    /** FFmpeg could not open it. */
    static Ending cannotOpen(Path path, Ending ending) {
        if (ending.reason() == GapReason.STOPPED) {
            return ending;
        }
        String beginning = ending.reason() == GapReason.UNSUPPORTED && ending.retry()
                ? " is not a film or picture that FFmpeg can read: "
                : ": ";
        return Ending.fatal(ending.reason(), path + beginning + ending.detail());
    }

    /** A film shorter than its own index ends without an error code; FFmpeg only logs it. */
    static boolean isCutOff(String lastError) {
        return lastError.contains("partial file");
    }

    /** Reading broke off before the end. */
    static Ending damaged(Path path, long frames, int code, String lastError) {
        String why = isCutOff(lastError) ? "it is shorter than its index says" : FfmpegErrors.detail(code, lastError);
        return Ending.fatal(GapReason.IO_ERROR, path + " is damaged or cut off after " + frames + " frames: " + why);
    }

    private static EndedException ended(GapReason reason, String detail) {
        return new EndedException(Ending.fatal(reason, detail));
    }
}
