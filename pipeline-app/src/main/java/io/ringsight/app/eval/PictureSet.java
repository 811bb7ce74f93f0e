package io.ringsight.app.eval;

import io.ringsight.app.CommandException;
import io.ringsight.app.files.FileKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The pictures to evaluate on and the label file of each. */
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
     * All pictures of a folder in the order of their names, or those a list names, in its order.
     *
     * @param list file of picture names, with or without folder and ending, one a line; null for all
     */
    static List<Item> of(Path images, Path labels, Path list) {
        Map<String, Path> byName = pictures(images);
        if (byName.isEmpty()) {
            throw CommandException.usage("ringsight: --images: expected a folder with pictures ("
                    + FileKinds.pictureEndings() + "), but there are none in " + images);
        }
        if (!Files.isDirectory(labels)) {
            throw CommandException.usage("ringsight: --labels: expected a folder, but there is no folder " + labels);
        }
        List<Item> items = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        int line = 0;
        for (String name : list == null ? byName.keySet() : lines(list)) {
            line++;
            String stem = stem(Path.of(name.strip()));
            if (byName.containsKey(stem)) {
                items.add(new Item(byName.get(stem), labels.resolve(stem + ".txt")));
            } else if (!name.isBlank()) {
                mistakes.add(
                        list + ":" + line + ": expected the name of a picture in " + images + ", came " + name.strip());
            }
        }
        check(items, labels, mistakes);
        return items;
    }

    private static void check(List<Item> items, Path labels, List<String> mistakes) {
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
        if (items.isEmpty()) {
            throw CommandException.usage("ringsight: --list: expected names of pictures, but there are none");
        }
        if (items.stream().noneMatch(item -> Files.exists(item.labels()))) {
            throw CommandException.usage(
                    "ringsight: --labels: none of the " + items.size() + " pictures has a label file in " + labels);
        }
    }

    private static Map<String, Path> pictures(Path folder) {
        Map<String, Path> pictures = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(FileKinds::isPicture).sorted().forEach(file -> pictures.putIfAbsent(stem(file), file));
        } catch (NotDirectoryException e) {
            throw CommandException.usage("ringsight: --images: expected a folder, but this is a file: " + folder);
        } catch (IOException e) {
            throw CommandException.usage("ringsight: --images: expected a folder, but there is none: " + folder);
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
