package io.ringsight.app.command;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imwrite;

import io.ringsight.app.CommandException;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.BgrConverter;
import io.ringsight.core.preprocess.PreprocessException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
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

    /** Complains of a name no picture can have, before anything is done. */
    static void checkName(Path file) {
        if (file == null) {
            return;
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.matches(".*\\.(png|jpe?g)")) {
            throw CommandException.usage("ringsight: expected a picture file .png or .jpg, came " + file);
        }
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw CommandException.usage("ringsight: " + file + ": there is no directory " + directory);
        }
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
            if (!imwrite(file.toString(), mat)) {
                failure = "the picture could not be written";
            }
        } catch (PreprocessException e) {
            failure = e.getMessage();
        } catch (RuntimeException e) {
            failure = "the picture could not be written";
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
