package io.ringsight.app.detect;

import static org.bytedeco.opencv.global.opencv_core.BORDER_CONSTANT;
import static org.bytedeco.opencv.global.opencv_core.copyMakeBorder;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imwrite;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import io.ringsight.app.CommandException;
import io.ringsight.app.detect.Inputs.Input;
import io.ringsight.app.files.FileKinds;
import io.ringsight.core.frame.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Where annotated pictures go: all into one film, or into a folder, a picture as a picture and a film as a film. Used by
 * one thread at a time.
 */
final class AnnotatedFiles implements AutoCloseable {
    private static final long NS_PER_US = 1_000;
    /** Between the last picture of one input and the first of the next in one film. */
    private static final long STEP_US = 40_000;

    private final Path target;
    private final boolean oneFilm;
    private Input input;
    private VideoFile film;
    private Path filmFile;
    private int width;
    private int height;
    private long startUs;
    private long lastUs;

    /**
     * Writes to {@code target}.
     *
     * @param target a file ending with {@code .mp4}, or a folder, made if it is not there
     */
    AnnotatedFiles(Path target) {
        this.target = target;
        oneFilm = FileKinds.ending(target).equals("mp4");
        check();
    }

    private void check() {
        if (oneFilm) {
            Path folder = target.toAbsolutePath().getParent();
            if (Files.isDirectory(target) || !Files.isDirectory(folder)) {
                throw CommandException.usage("ringsight: --annotate: expected a file to write, but "
                        + (Files.isDirectory(target) ? target + " is a folder" : "there is no folder " + folder));
            }
            return;
        }
        try {
            if (Files.exists(target) && !Files.isDirectory(target)) {
                throw CommandException.usage(
                        "ringsight: --annotate: expected a name ending with .mp4 or a folder, came the file " + target);
            }
            Files.createDirectories(target);
        } catch (IOException e) {
            throw CommandException.usage("ringsight: --annotate: cannot make the folder " + target);
        }
    }

    /** From now on pictures are of this input. */
    void begin(Input next) throws IOException {
        if (!oneFilm) {
            finishFilm();
        }
        input = next;
        startUs = film == null ? 0 : lastUs + STEP_US;
    }

    /** Writes one picture, drawn already. */
    void write(Mat annotated, Picture picture) throws IOException {
        if (!oneFilm && input.isPicture()) {
            writePicture(annotated);
            return;
        }
        if (film == null) {
            filmFile = oneFilm ? target : target.resolve(input.id() + ".mp4");
            width = annotated.cols();
            height = annotated.rows();
            film = new VideoFile(filmFile, width, height);
        }
        long timeUs = picture.ptsNs() == Picture.UNKNOWN ? lastUs + STEP_US : startUs + picture.ptsNs() / NS_PER_US;
        lastUs = Math.max(timeUs, lastUs);
        if (annotated.cols() == width && annotated.rows() == height) {
            film.write(annotated, lastUs);
        } else {
            try (Mat fitted = fitted(annotated)) {
                film.write(fitted, lastUs);
            }
        }
    }

    private void writePicture(Mat annotated) throws IOException {
        String ending = FileKinds.ending(input.file()).equals("png") ? ".png" : ".jpg";
        Path file = target.resolve(input.id() + ending);
        if (Files.exists(file) && Files.isSameFile(file, input.file())) {
            throw new IOException(file + ": this would overwrite the input; name another folder");
        }
        if (!imwrite(file.toString(), annotated)) {
            throw new IOException(file + ": the picture cannot be written");
        }
    }

    /** A picture of another size than the film's: scaled into it, black around. */
    private Mat fitted(Mat picture) {
        double scale = Math.min((double) width / picture.cols(), (double) height / picture.rows());
        int columns = Math.max(1, (int) Math.min(width, Math.round(picture.cols() * scale)));
        int rows = Math.max(1, (int) Math.min(height, Math.round(picture.rows() * scale)));
        int left = (width - columns) / 2;
        int top = (height - rows) / 2;
        Mat framed = new Mat();
        try (Mat small = new Mat()) {
            resize(picture, small, new Size(columns, rows), 0, 0, INTER_AREA);
            copyMakeBorder(
                    small,
                    framed,
                    top,
                    height - rows - top,
                    left,
                    width - columns - left,
                    BORDER_CONSTANT,
                    Scalar.all(0));
        }
        return framed;
    }

    /** Makes the last film playable. */
    void finish() throws IOException {
        finishFilm();
    }

    private void finishFilm() throws IOException {
        if (film != null) {
            try (VideoFile whole = film) {
                film = null;
                whole.finish();
            }
        }
    }

    @Override
    public void close() {
        if (film != null) {
            film.close();
            film = null;
        }
    }
}
