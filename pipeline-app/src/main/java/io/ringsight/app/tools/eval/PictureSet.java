package io.ringsight.app.tools.eval;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.tools.files.FileKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Pictures to measure or calibrate with, and the label file of each. */
final class PictureSet {
    /**
     * One picture.
     *
     * @param picture its file
     * @param labels its label file, which may not exist
     */
    record Item(Path picture, Path labels) {}

    private PictureSet() {}

    /**
     * Pictures with their label files.
     *
     * @param list file of picture names, with or without folder and ending, one a line; null for all
     */
    static List<Item> of(Path images, Path labels, Path list) {
        List<Path> pictures = pictures("--images", images, list);
        if (!Files.isDirectory(labels)) {
            throw CommandException.usage("ringsight: --labels: expected a folder, but there is no folder " + labels);
        }
        List<Item> items = pictures.stream()
                .map(picture -> new Item(picture, labels.resolve(FileKinds.stem(picture) + ".txt")))
                .toList();
        if (items.stream().noneMatch(item -> Files.exists(item.labels()))) {
            throw CommandException.usage(
                    "ringsight: --labels: none of the " + items.size() + " pictures has a label file in " + labels);
        }
        return items;
    }

    /**
     * All pictures of a folder in the order of their names, or those a list names, in its order.
     *
     * @param option what the user calls the folder
     * @param list file of picture names, with or without folder and ending, one a line; null for all
     */
    static List<Path> pictures(String option, Path images, Path list) {
        Map<String, Path> byName = byName(option, images);
        if (byName.isEmpty()) {
            throw CommandException.usage("ringsight: " + option + ": expected a folder with pictures ("
                    + FileKinds.pictureEndings() + "), but there are none in " + images);
        }
        if (list == null) {
            return List.copyOf(byName.values());
        }
        List<Path> pictures = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        int line = 0;
        for (String name : lines(list)) {
            line++;
            Path picture = byName.get(stem(Path.of(name.strip())));
            if (picture != null) {
                pictures.add(picture);
            } else if (!name.isBlank()) {
                mistakes.add(
                        list + ":" + line + ": expected the name of a picture in " + images + ", got " + name.strip());
            }
        }
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
        if (pictures.isEmpty()) {
            throw CommandException.usage("ringsight: --list: expected names of pictures, but there are none");
        }
        return pictures;
    }

    private static Map<String, Path> byName(String option, Path folder) {
        Map<String, Path> pictures = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(FileKinds::isPicture).sorted().forEach(file -> pictures.putIfAbsent(stem(file), file));
        } catch (NotDirectoryException e) {
            throw CommandException.usage("ringsight: " + option + ": expected a folder, but this is a file: " + folder);
        } catch (IOException e) {
            String what = Files.exists(folder) ? "this one cannot be read: " : "there is none: ";
            throw CommandException.usage("ringsight: " + option + ": expected a folder, but " + what + folder);
        }
        return pictures;
    }

    private static List<String> lines(Path list) {
        try {
            return Files.readAllLines(list);
        } catch (IOException e) {
            throw CommandException.usage("ringsight: --list: expected a text file of picture names, but " + list
                    + (Files.exists(list) ? " cannot be read as text" : " does not exist"));
        }
    }

    private static String stem(Path file) {
        // A list may name pictures without their ending, and with dots in their names.
        return FileKinds.isPicture(file)
                ? FileKinds.stem(file)
                : file.getFileName().toString();
    }
}
