package io.ringsight.sources.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SyntheticSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Boards are the same in every run, and their truth is true. */
class BoardLineTest {
    /** Of the luma of frame 50: changes only when boards are meant to look different. */
    private static final int KNOWN_HASH = -1_664_028_930;

    private static SyntheticSettings settings(String query) {
        return SyntheticSettings.of((SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb?" + query));
    }

    private static byte[] draw(Scene scene, SyntheticSettings settings, long frame) {
        byte[] luma = new byte[settings.width() * settings.height()];
        scene.draw(frame, ByteBuffer.wrap(luma), settings.width());
        return luma;
    }

    @Test
    void framesDependOnSeedAndNumberOnly() {
        SyntheticSettings settings = settings("width=320&height=240&seed=7");
        Scene forwards = Scene.open(settings);
        Scene jumping = Scene.open(settings);
        for (long frame : new long[] {0, 1, 2, 99, 100, 400}) {
            forwards.draw(frame, ByteBuffer.allocate(320 * 240), 320);
        }
        assertThat(draw(jumping, settings, 400)).isEqualTo(draw(forwards, settings, 400));
        assertThat(draw(jumping, settings, 3)).isEqualTo(draw(forwards, settings, 3));
        SyntheticSettings other = settings("width=320&height=240&seed=8");
        assertThat(draw(Scene.open(other), other, 3)).isNotEqualTo(draw(forwards, settings, 3));
    }

    @Test
    void theDrawingIsTheSameOnEveryMachine() {
        SyntheticSettings settings = settings("width=160&height=120&seed=1");
        assertThat(Arrays.hashCode(draw(Scene.open(settings), settings, 50))).isEqualTo(KNOWN_HASH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "width=640&height=640&seed=1",
                "width=640&height=480&seed=2",
                "width=1280&height=720&seed=3",
                "width=480&height=640&seed=4"
            })
    void boardsDifferFromPerfectOnesInsideTheBoxesOnly(String query) {
        SyntheticSettings settings = settings(query);
        BoardLine line = (BoardLine) Scene.open(settings);
        KnownObjects truth = SyntheticTruth.room();
        for (long frame = 0; frame < 1500; frame += 103) {
            byte[] seen = draw(line, settings, frame);
            byte[] perfect = ((BoardLine) Scene.open(settings)).perfectFrame(frame);
            line.objects(frame, truth);
            boolean[] inBox = new boolean[seen.length];
            for (int i = 0; i < truth.size(); i++) {
                assertThat(paint(inBox, settings, truth, i, seen, perfect))
                        .as("changed pixels of object %d, frame %d", i, frame)
                        .isGreaterThan(truth.isWhole(i) ? 8 : -1);
            }
            for (int at = 0; at < seen.length; at++) {
                assertThat(seen[at] == perfect[at] || inBox[at]).isTrue();
            }
        }
    }

    /** Marks the box and counts its changed pixels. */
    private static int paint(
            boolean[] inBox, SyntheticSettings settings, KnownObjects truth, int index, byte[] seen, byte[] perfect) {
        int changed = 0;
        for (int row = truth.top(index); row < truth.top(index) + truth.height(index); row++) {
            for (int column = truth.left(index); column < truth.left(index) + truth.width(index); column++) {
                int at = row * settings.width() + column;
                inBox[at] = true;
                changed += seen[at] == perfect[at] ? 0 : 1;
            }
        }
        return changed;
    }

    @Test
    void everyKindOccursAndEachIsSeenWhole() {
        SyntheticSettings settings = settings("seed=5");
        Scene line = Scene.open(settings);
        KnownObjects truth = SyntheticTruth.room();
        int[] whole = new int[DefectKind.values().length];
        int[] cut = new int[DefectKind.values().length];
        for (long frame = 0; frame < 3000; frame += 20) {
            line.objects(frame, truth);
            for (int i = 0; i < truth.size(); i++) {
                int[] counts = truth.isWhole(i) ? whole : cut;
                counts[truth.classId(i)]++;
                assertThat(truth.width(i)).isBetween(1, 110);
                assertThat(truth.height(i)).isBetween(14, 110);
            }
        }
        assertThat(IntStream.of(whole).min().orElseThrow()).isGreaterThan(20);
        assertThat(IntStream.of(cut).sum()).isPositive();
    }

    @Test
    void defectsMoveLeftWithTheBoard() {
        SyntheticTruth truth = new SyntheticTruth((SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb?fps=25"));
        KnownObjects before = SyntheticTruth.room();
        KnownObjects after = SyntheticTruth.room();
        truth.objects(10, before);
        truth.objectsAt(truth.settings().ptsNs(11), after);
        int last = before.size() - 1;
        assertThat(before.isWhole(last)).isTrue();
        boolean moved = IntStream.range(0, after.size())
                .anyMatch(i -> after.classId(i) == before.classId(last)
                        && after.left(i) == before.left(last) - 6
                        && after.top(i) == before.top(last));
        assertThat(moved).isTrue();
    }

    @Test
    void boxesAreWhereTheTruthSays() {
        SyntheticSettings settings = SyntheticSettings.of(
                (SourceSpec.Synthetic) SourceSpec.parse("synthetic:boxes?width=320&height=240&seed=3"));
        Scene scene = Scene.open(settings);
        KnownObjects truth = SyntheticTruth.room();
        for (long frame = 0; frame < 5000; frame += 37) {
            byte[] luma = draw(scene, settings, frame);
            scene.objects(frame, truth);
            int top = truth.size() - 1;
            int corner = truth.top(top) * 320 + truth.left(top);
            int opposite = (truth.top(top) + truth.height(top) - 1) * 320 + truth.left(top) + truth.width(top) - 1;
            assertThat(luma[corner] & 0xFF).isEqualTo(235 - 10 * top);
            assertThat(luma[opposite] & 0xFF).isEqualTo(235 - 10 * top);
        }
    }
}
