package io.ringsight.app.tools.dataset;

import io.ringsight.app.tools.dataset.ReviewedPictures.Labelled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * A data set in YOLO's form: {@code images/}, {@code labels/}, {@code data.yaml}, and the names of both halves as
 * {@code trainval.txt} and {@code dev.txt} as {@code detector.train} in {@code scripts/model} reads them. A board's pictures
 * are in one half only: a model must not be measured with a board that it was taught. Which half is told by the board's
 * name, so that a later export with more boards leaves each where it was.
 */
final class YoloFolder {
    private final Path dir;
    private final List<String> classes;
    private final int devPercent;
    private final Map<String, Integer> boards = new LinkedHashMap<>();
    private final List<String> train = new ArrayList<>();
    private final List<String> dev = new ArrayList<>();
    private int boxes;

    /**
     * Makes the folders.
     *
     * @param devPercent share of the boards to measure with
     */
    YoloFolder(Path dir, List<String> classes, int devPercent) throws IOException {
        this.dir = dir;
        this.classes = List.copyOf(classes);
        this.devPercent = devPercent;
        Files.createDirectories(dir.resolve("images"));
        Files.createDirectories(dir.resolve("labels"));
    }

    boolean knows(String label) {
        return classes.contains(label);
    }

    /**
     * Adds a picture of a board; without boxes it is background.
     *
     * @throws java.nio.file.NoSuchFileException if the picture is gone; then nothing is added
     */
    void add(String board, Path picture, List<Labelled> shown) throws IOException {
        int number = boards.getOrDefault(board, boards.size());
        List<String> half = isForMeasuring(board) ? dev : train;
        // five digits for the board: what is trained takes of each board as many pictures
        String name = String.format(Locale.ROOT, "%05d-%06d", number, train.size() + dev.size());
        Files.copy(picture, dir.resolve("images").resolve(name + ".jpg"));
        Files.writeString(
                dir.resolve("labels").resolve(name + ".txt"),
                shown.stream().map(this::line).collect(Collectors.joining()));
        boards.put(board, number);
        half.add(name);
        boxes += shown.size();
    }

    private String line(Labelled box) {
        return String.format(
                Locale.ROOT,
                "%d %.6f %.6f %.6f %.6f%n",
                classes.indexOf(box.label()),
                box.place().centerX(),
                box.place().centerY(),
                box.place().width(),
                box.place().height());
    }

    private boolean isForMeasuring(String board) {
        CRC32 sum = new CRC32();
        sum.update(board.getBytes(StandardCharsets.UTF_8));
        return sum.getValue() % 100 < devPercent;
    }

    /** Writes what stands for all of it. */
    void finish() throws IOException {
        Files.write(dir.resolve("trainval.txt"), train);
        Files.write(dir.resolve("dev.txt"), dev);
        Files.write(dir.resolve("train-images.txt"), images(train));
        Files.write(dir.resolve("val-images.txt"), images(dev));
        StringBuilder yaml = new StringBuilder("train: train-images.txt\nval: val-images.txt\nnames:\n");
        for (int i = 0; i < classes.size(); i++) {
            yaml.append("  ")
                    .append(i)
                    .append(": ")
                    .append(quoted(classes.get(i)))
                    .append('\n');
        }
        Files.writeString(dir.resolve("data.yaml"), yaml);
    }

    private static List<String> images(List<String> names) {
        return names.stream().map(name -> "./images/" + name + ".jpg").toList();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    int boards() {
        return boards.size();
    }

    int trained() {
        return train.size();
    }

    int measured() {
        return dev.size();
    }

    int boxes() {
        return boxes;
    }
}
