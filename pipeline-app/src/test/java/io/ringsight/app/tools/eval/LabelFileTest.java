package io.ringsight.app.tools.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelFileTest {
    @TempDir
    Path folder;

    private final List<String> mistakes = new ArrayList<>();
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("a.txt");
    }

    private GroundTruth read(String text) throws IOException {
        Files.writeString(file, text);
        return LabelFile.read(file, 6, mistakes);
    }

    @Test
    void readsBoxesByTheirCentre() throws IOException {
        GroundTruth truth = read("3 0.5 0.4 0.2 0.1\n\n0 0.1 0.1 0.1 0.1\n");
        assertThat(mistakes).isEmpty();
        assertThat(truth.classIds()).containsExactly(3, 0);
        assertThat(truth.lefts()[0]).isEqualTo(0.4f, within(1e-6f));
        assertThat(truth.tops()[0]).isEqualTo(0.35f, within(1e-6f));
        assertThat(truth.widths()[0]).isEqualTo(0.2f);
    }

    @Test
    void aByteOrderMarkAndClassesWithAPointAreRead() throws IOException {
        GroundTruth truth = read("\uFEFF3.0 0.5 0.4 0.2 0.1\n0.00 0.1 0.1 0.1 0.1\n");
        assertThat(mistakes).isEmpty();
        assertThat(truth.classIds()).containsExactly(3, 0);
    }

    @Test
    void polygonsAndPredictionsAreCalledWhatTheyAre() throws IOException {
        read("0 0.1 0.1 0.2 0.1 0.2 0.2\n0 0.5 0.5 0.1 0.1 0.93\n0.5 0.5 0.5 0.1 0.1\n");
        assertThat(mistakes).hasSize(3);
        assertThat(mistakes.get(0)).contains("got 7: this may be a polygon");
        assertThat(mistakes.get(1)).contains("got 6: the sixth may be a confidence");
        assertThat(mistakes.get(2)).contains("expected a class number in field 1");
    }

    @Test
    void missingAndEmptyFilesHaveNoObjects() throws IOException {
        assertThat(read("").size()).isZero();
        assertThat(LabelFile.read(folder.resolve("none.txt"), 6, mistakes).size())
                .isZero();
        assertThat(mistakes).isEmpty();
    }

    @Test
    void namesEachWrongLine() throws IOException {
        read(
                "0 0.5 0.5 0.1\n9 0.5 0.5 0.1 0.1\nx 0.5 0.5 0.1 0.1\n0 0.5 NaN 0.1 0.1\n0 0.9 0.5 0.4 0.1\n0 .5 .5 0 .1\n");
        assertThat(mistakes).hasSize(6);
        assertThat(mistakes.get(0))
                .isEqualTo(file + ":1: expected 5 fields (class, centre x, centre y, width, height), got 4");
        assertThat(mistakes.get(1)).isEqualTo(file + ":2: expected a class from 0 to 5 (the model's classes), got 9");
        assertThat(mistakes.get(2)).isEqualTo(file + ":3: expected a class number in field 1, got x");
        assertThat(mistakes.get(3)).startsWith(file + ":4: expected a box within 0..1");
        assertThat(mistakes.get(4)).startsWith(file + ":5: expected a box within 0..1");
        assertThat(mistakes.get(5)).startsWith(file + ":6: expected a box within 0..1");
    }

    @Test
    void binaryFilesAreAMistake() throws IOException {
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        LabelFile.read(file, 6, mistakes);
        assertThat(mistakes).singleElement().asString().contains("got other bytes");
    }
}
