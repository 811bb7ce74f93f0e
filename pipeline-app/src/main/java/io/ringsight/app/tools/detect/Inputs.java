package io.ringsight.app.tools.detect;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.tools.files.FileKinds;
import io.ringsight.app.tools.files.IoReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sources.recording.MediaFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The videos and pictures a user named, each with a source id made of its name. */
final class Inputs {
    private static final int MAX_ID = 56;

    /**
     * One file.
     *
     * @param file its path
     * @param id its name in messages
     */
    record Input(Path file, SourceId id) {
        boolean isPicture() {
            return FileKinds.isPicture(file);
        }
    }

    private final List<Input> files = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();

    private Inputs() {}

    /** All files in the order they were named; a folder, glob or sequence stands for the videos and pictures in it. */
    static Inputs of(List<Path> named) {
        Inputs inputs = new Inputs();
        named.forEach(inputs::add);
        if (!inputs.problems.isEmpty()) {
            throw CommandException.usage(inputs.problems);
        }
        return inputs;
    }

    /** What is read, in order. */
    List<Input> files() {
        return files;
    }

    /** What was left out, a line for each folder. */
    List<String> notes() {
        return notes;
    }

    private void add(Path path) {
        try {
            MediaFiles found = MediaFiles.of(path);
            for (Path file : found.files()) {
                files.add(new Input(file, id(file, ids)));
            }
            if (found.files().isEmpty()) {
                problem(
                        path,
                        "expected pictures in this folder, or videos, but there are none ("
                                + (found.leftOut().isEmpty() ? "it is empty" : "it holds " + found.leftOut()) + ")");
            } else if (!found.leftOut().isEmpty()) {
                notes.add("ringsight: " + path + ": skipped files that are neither videos nor pictures by their name: "
                        + found.leftOut());
            }
        } catch (NoSuchFileException e) {
            problem(
                    path,
                    "expected a video, a picture, a folder of them, a glob or a sequence, but there is no such"
                            + " file");
        } catch (AccessDeniedException e) {
            problem(path, "cannot be read: no permission");
        } catch (IOException e) {
            problem(path, "cannot be read: " + IoReason.of(e));
        }
    }

    private void problem(Path path, String sentence) {
        problems.add("ringsight: " + path + ": " + sentence);
    }

    private static SourceId id(Path file, Set<String> taken) {
        String id = FileKinds.stem(file).replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[._-]+", "");
        String start = id.isEmpty() ? "input" : id.substring(0, Math.min(id.length(), MAX_ID));
        String unique = start;
        for (int i = 2; !taken.add(unique.toLowerCase(Locale.ROOT)); i++) {
            unique = start + "-" + i;
        }
        return new SourceId(unique);
    }
}
