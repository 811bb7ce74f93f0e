package io.ringsight.app.command;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.tools.files.OutputGuard;
import io.ringsight.app.tools.files.PictureWriter;
import io.ringsight.app.tools.files.Written;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.BgrConverter;
import io.ringsight.core.preprocess.PreprocessException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** A picture file to write, or none. What went wrong is kept for later: it is written in the midst of something. */
final class PictureFile {
    private static final int ALIGNMENT = 64;

    private final Path file;
    private String failure;

    /** Writes {@code file}, or nothing if it is null. */
    PictureFile(Path file) {
        this.file = file;
    }

    /**
     * Complains of a name no picture can have, and of a file that must not be overwritten, before anything is done.
     *
     * @param input the file that is looked at; null if it is none
     */
    static void check(String option, Path file, Path input) {
        if (file == null) {
            return;
        }
        if (!PictureWriter.canWrite(file)) {
            throw CommandException.usage(
                    "ringsight: " + option + ": expected a picture file .png or .jpg, got " + file);
        }
        new OutputGuard()
                .reads(input)
                .writes(option, file, Written.PICTURE)
                .inExistingFolder(option, file)
                .check();
    }

    /** Writes the picture. */
    void save(Picture picture) {
        if (file == null) {
            return;
        }
        int stride = BgrConverter.stride(picture.width());
        try (BgrConverter converter = new BgrConverter();
                BytePointer memory = new BytePointer((long) stride * picture.height() + ALIGNMENT);
                Mat mat = mat(picture, aligned(memory), stride)) {
            converter.convert(picture, mat.data().address(), stride);
            PictureWriter.write(file, mat);
        } catch (PreprocessException | IOException e) {
            failure = e.getMessage();
        }
    }

    /** Why it was not written. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private static BytePointer aligned(BytePointer memory) {
        return memory.getPointer((ALIGNMENT - memory.address() % ALIGNMENT) % ALIGNMENT);
    }

    private static Mat mat(Picture picture, BytePointer data, int stride) {
        return new Mat(picture.height(), picture.width(), CV_8UC3, data, stride);
    }
}
