package io.ringsight.app.detect;

import io.ringsight.app.CommandException;
import io.ringsight.app.files.FileKinds;
import io.ringsight.core.frame.SourceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The films and pictures a user named, each with a source id made of its name. */
final class Inputs {
    private static final int LONGEST_ID = 56;

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

    private Inputs() {}

    /** All files in the order they were named; a folder stands for the pictures in it, by name. */
    static List<Input> of(List<Path> named) {
        List<String> mistakes = new ArrayList<>();
        List<Input> inputs = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Path path : named) {
            for (Path file : files(path, mistakes)) {
                inputs.add(new Input(file, id(file, ids)));
            }
        }
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
        return inputs;
    }

    private static List<Path> files(Path path, List<String> mistakes) {
        if (Files.isDirectory(path)) {
            List<Path> pictures = pictures(path);
            if (pictures.isEmpty()) {
                mistakes.add("ringsight: " + path + ": expected pictures in this folder (" + FileKinds.pictureEndings()
                        + "), but there are none");
            }
            return pictures;
        }
        if (!Files.exists(path)) {
            mistakes.add("ringsight: " + path + ": expected a film, a picture or a folder of pictures, but there is"
                    + " no such file");
            return List.of();
        }
        return List.of(path);
    }

    private static List<Path> pictures(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(FileKinds::isPicture).sorted().toList();
        } catch (IOException e) {
            throw CommandException.usage("ringsight: " + folder + ": this folder cannot be read");
        }
    }

    private static SourceId id(Path file, Set<String> taken) {
        String id = FileKinds.stem(file).replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[._-]+", "");
        String start = id.isEmpty() ? "input" : id.substring(0, Math.min(id.length(), LONGEST_ID));
        String unique = start;
        for (int i = 2; !taken.add(unique.toLowerCase(Locale.ROOT)); i++) {
            unique = start + "-" + i;
        }
        return new SourceId(unique);
    }
}
