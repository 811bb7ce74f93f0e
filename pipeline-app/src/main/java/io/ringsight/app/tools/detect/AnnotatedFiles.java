package io.ringsight.app.tools.detect;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.tools.detect.Inputs.Input;
import io.ringsight.app.tools.files.FileKinds;
import io.ringsight.app.tools.files.IoReason;
import io.ringsight.app.tools.files.OutputGuard;
import io.ringsight.app.tools.files.PictureWriter;
import io.ringsight.app.tools.files.Written;
import io.ringsight.core.frame.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Where annotated pictures go: all into one video, one picture into a picture file, or into a folder, a picture as a
 * picture and a video as a video. Used by one thread at a time.
 */
final class AnnotatedFiles implements AutoCloseable {
    static final String OPTION = "--annotate";

    /** What the target is. */
    private enum Target {
        VIDEO,
        PICTURE,
        FOLDER
    }

    private final Path path;
    private final Target target;
    private final List<Input> inputs;
    private final VideoTimes times = new VideoTimes();
    private Input input;
    private boolean pictureWritten;
    private VideoFile video;
    private VideoSize size;

    /**
     * Writes to {@code path}; nothing is touched before {@link #makeFolder}.
     *
     * @param path a file ending with {@code .mp4}, {@code .png} or {@code .jpg}, or a folder
     * @param inputs all that will be annotated
     */
    AnnotatedFiles(Path path, List<Input> inputs) {
        this.path = path;
        this.inputs = List.copyOf(inputs);
        target = target(path);
        if (target == Target.PICTURE && !(inputs.size() == 1 && inputs.get(0).isPicture())) {
            throw CommandException.usage("ringsight: " + OPTION + ": expected a name ending with .mp4 or a folder for "
                    + (inputs.size() == 1 ? "a video" : inputs.size() + " inputs") + ", got " + path);
        }
        if (target == Target.FOLDER && Files.exists(path) && !Files.isDirectory(path)) {
            throw CommandException.usage("ringsight: " + OPTION
                    + ": expected a name ending with .mp4 or a folder (one picture: .png, .jpg), got the file " + path);
        }
    }

    private static Target target(Path path) {
        if (FileKinds.ending(path).equals("mp4")) {
            return Target.VIDEO;
        }
        return PictureWriter.canWrite(path) && !Files.isDirectory(path) ? Target.PICTURE : Target.FOLDER;
    }

    /** Names every file that may be written. */
    void declare(OutputGuard guard) {
        switch (target) {
            case VIDEO -> guard.writes(OPTION, path, Written.VIDEO).inExistingFolder(OPTION, path);
            case PICTURE -> guard.writes(OPTION, path, Written.PICTURE).inExistingFolder(OPTION, path);
            case FOLDER ->
                inputs.forEach(
                        each -> guard.writes(OPTION, file(each), each.isPicture() ? Written.PICTURE : Written.VIDEO));
        }
    }

    /** Makes the folder to write into, if it is not there. */
    void makeFolder() {
        if (target == Target.FOLDER) {
            try {
                Files.createDirectories(path);
            } catch (IOException e) {
                throw CommandException.usage(
                        "ringsight: " + OPTION + ": the folder " + path + " cannot be made: " + IoReason.of(e));
            }
        }
    }

    /** Where an input's pictures go. */
    private Path file(Input of) {
        if (target != Target.FOLDER) {
            return path;
        }
        String ending = !of.isPicture() ? ".mp4" : FileKinds.ending(of.file()).equals("png") ? ".png" : ".jpg";
        return path.resolve(of.id() + ending);
    }

    /** From now on pictures are of this input. */
    void begin(Input next) throws IOException {
        if (target == Target.FOLDER) {
            finish();
        }
        input = next;
        pictureWritten = false;
        times.begin();
    }

    /** Writes one picture, drawn already. */
    void write(Mat annotated, Picture picture) throws IOException {
        if (target != Target.VIDEO && input.isPicture()) {
            // Of a file of several pictures, such as an animation, the first.
            if (!pictureWritten) {
                pictureWritten = true;
                PictureWriter.write(file(input), annotated);
            }
            return;
        }
        if (video == null) {
            size = VideoSize.of(annotated);
            video = new VideoFile(file(input), size.width(), size.height());
        }
        long timeUs = times.next(picture.ptsNs());
        if (size.holds(annotated)) {
            video.write(annotated, timeUs);
        } else {
            try (Mat fitted = size.fitted(annotated)) {
                video.write(fitted, timeUs);
            }
        }
    }

    /** Makes the last video playable. */
    void finish() throws IOException {
        if (video != null) {
            try (VideoFile whole = video) {
                video = null;
                whole.finish();
            }
        }
    }

    @Override
    public void close() {
        if (video != null) {
            video.close();
            video = null;
        }
    }
}
