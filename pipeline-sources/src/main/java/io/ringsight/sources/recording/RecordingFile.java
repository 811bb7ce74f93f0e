package io.ringsight.sources.recording;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be wrong with a file, each in one sentence. None of it goes away by itself. */
public final class RecordingFile {
    private static final Logger LOG = LoggerFactory.getLogger(RecordingFile.class);

    private RecordingFile() {}

    /** The files that a source's path stands for, at least one. What else is in a folder is told once. */
    public static List<Path> all(Path path) throws EndedException {
        try {
            MediaFiles found = MediaFiles.of(path);
            if (found.files().isEmpty()) {
                throw ended(
                        GapReason.NOT_FOUND,
                        path + ": expected videos or pictures in this folder, found "
                                + (found.leftOut().isEmpty() ? "nothing" : found.leftOut()));
            }
            if (!found.leftOut().isEmpty()) {
                LOG.warn(
                        "{}: skipped files that are neither videos nor pictures by their name: {}",
                        path,
                        found.leftOut());
            }
            return found.files();
        } catch (AccessDeniedException e) {
            throw ended(GapReason.NO_PERMISSION, path + " may not be read by this user");
        } catch (NoSuchFileException e) {
            throw ended(GapReason.NOT_FOUND, path + ": no such file");
        } catch (IOException e) {
            throw ended(GapReason.IO_ERROR, path + " cannot be read: " + e.getMessage());
        }
    }

    /** How a recording of so many files ended. */
    public static Ending ending(int files, List<Ending> failed) {
        if (failed.isEmpty()) {
            return Ending.ended("");
        }
        Ending first = failed.get(0);
        return files == 1
                ? first
                : Ending.fatal(
                        first.reason(), failed.size() + " of " + files + " files failed; the first: " + first.detail());
    }

    /** Finds what FFmpeg would say less clearly. */
    public static void check(Path path) throws EndedException {
        if (!Files.exists(path)) {
            all(path);
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
    public static Ending cannotOpen(Path path, Ending ending) {
        if (ending.reason() == GapReason.STOPPED) {
            return ending;
        }
        String beginning = ending.reason() == GapReason.UNSUPPORTED && ending.retry()
                ? " is not a video or picture that FFmpeg can read: "
                : ": ";
        return Ending.fatal(ending.reason(), path + beginning + ending.detail());
    }

    /** A video shorter than its own index ends without an error code; FFmpeg only logs it. */
    public static boolean isCutOff(String lastError) {
        return lastError.contains("partial file") || lastError.contains("File ended prematurely");
    }

    /** Reading broke off before the end. */
    public static Ending damaged(Path path, long frames, int code, boolean cutOff, String lastError) {
        String why = cutOff ? "it is shorter than it says" : FfmpegErrors.detail(code, lastError);
        return Ending.fatal(GapReason.IO_ERROR, path + " is damaged or cut off after " + frames + " frames: " + why);
    }

    /** Read to its end, but the decoder gave nothing. */
    public static Ending withoutPicture(Path path, String lastError) {
        String why = lastError.isEmpty() ? "" : "; the decoder says: " + lastError;
        return Ending.fatal(GapReason.UNSUPPORTED, path + " has no picture that can be decoded" + why);
    }

    private static EndedException ended(GapReason reason, String detail) {
        return new EndedException(Ending.fatal(reason, detail));
    }
}
