package io.ringsight.app.tools.eval;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a YOLO label file: one object a line, {@code class centreX centreY width height}, all but the class as
 * fractions of the picture. A picture without objects has an empty file or none.
 */
final class LabelFile {
    private static final int FIELDS = 5;
    /** Windows editors write it at a text's begin. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    /** Labelling tools round: edges may lie this much outside the picture. */
    private static final double SLACK = 0.01;

    private final Path file;
    private final int classes;
    private final List<String> mistakes;
    private final List<float[]> rows = new ArrayList<>();

    private LabelFile(Path file, int classes, List<String> mistakes) {
        this.file = file;
        this.classes = classes;
        this.mistakes = mistakes;
    }

    /**
     * Reads one file.
     *
     * @param classes how many classes the model has
     * @param mistakes gets {@code FILE:LINE: expected, got} for each line that is wrong
     */
    static GroundTruth read(Path file, int classes, List<String> mistakes) {
        LabelFile reader = new LabelFile(file, classes, mistakes);
        if (Files.exists(file)) {
            reader.readLines();
        }
        return reader.truth();
    }

    private void readLines() {
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = i == 0 ? lines.get(i).replaceFirst("^" + BYTE_ORDER_MARK, "") : lines.get(i);
                if (!line.isBlank()) {
                    readLine(i + 1, line.strip());
                }
            }
        } catch (CharacterCodingException e) {
            mistakes.add(file + ":1: expected lines of text, got other bytes");
        } catch (IOException e) {
            mistakes.add(file + ":1: cannot be read: " + e.getMessage());
        }
    }

    private void readLine(int number, String line) {
        String[] fields = line.split("\\s+");
        float[] row = new float[FIELDS];
        String problem = fields.length == FIELDS ? parse(fields, row) : wrongCount(fields.length);
        if (problem == null) {
            problem = check(row);
        }
        if (problem == null) {
            rows.add(row);
        } else {
            mistakes.add(file + ":" + number + ": " + problem);
        }
    }

    private static String wrongCount(int count) {
        String expected = "expected 5 fields (class, centre x, centre y, width, height), got " + count;
        if (count == FIELDS + 1) {
            return expected + ": the sixth may be a confidence; these are predictions, not labels";
        }
        return count >= 7 && count % 2 == 1
                ? expected + ": this may be a polygon of a segmentation label; write its bounding box instead"
                : expected;
    }

    /** Some tools write {@code 3.0} for 3. */
    private static float classId(String field) {
        return Integer.parseInt(field.replaceFirst("\\.0+$", ""));
    }

    private String parse(String[] fields, float[] row) {
        for (int i = 0; i < FIELDS; i++) {
            try {
                row[i] = i == 0 ? classId(fields[i]) : Float.parseFloat(fields[i]);
            } catch (NumberFormatException e) {
                String shown = fields[i].length() > 40 ? fields[i].substring(0, 40) + "..." : fields[i];
                return "expected " + (i == 0 ? "a class number" : "a number") + " in field " + (i + 1) + ", got "
                        + shown.replaceAll("\\p{Cntrl}", "?");
            }
        }
        return null;
    }

    private String check(float[] row) {
        if (row[0] < 0 || row[0] >= classes) {
            return "expected a class from 0 to " + (classes - 1) + " (the model's classes), got " + (int) row[0];
        }
        for (int axis = 1; axis <= 2; axis++) {
            double low = row[axis] - row[axis + 2] / 2.0;
            double high = row[axis] + row[axis + 2] / 2.0;
            // Written so that NaN is refused.
            if (!(row[axis + 2] > 0 && low >= -SLACK && high <= 1 + SLACK)) {
                return "expected a box within 0..1 of the picture, got " + (axis == 1 ? "x" : "y") + " from " + low
                        + " to " + high;
            }
        }
        return null;
    }

    private GroundTruth truth() {
        int count = rows.size();
        GroundTruth truth =
                new GroundTruth(new int[count], new float[count], new float[count], new float[count], new float[count]);
        for (int i = 0; i < count; i++) {
            float[] row = rows.get(i);
            truth.classIds()[i] = (int) row[0];
            truth.lefts()[i] = row[1] - row[3] / 2;
            truth.tops()[i] = row[2] - row[4] / 2;
            truth.widths()[i] = row[3];
            truth.heights()[i] = row[4];
        }
        return truth;
    }
}
