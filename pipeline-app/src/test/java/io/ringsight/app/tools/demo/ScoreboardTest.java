package io.ringsight.app.tools.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.tools.demo.Scoreboard.Mark;
import io.ringsight.app.tools.demo.Scoreboard.Score;
import io.ringsight.client.Box;
import io.ringsight.client.Detection;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.DefectKind;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
    private final SourceSpec.Synthetic spec = (SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb?seed=5");
    private final SyntheticTruth truth = new SyntheticTruth(spec);
    private final KnownObjects known = SyntheticTruth.room();
    private final Scoreboard scoreboard = new Scoreboard(new SyntheticTruth(spec));

    private Detection found(int index, double confidence, double shift) {
        Box box = new Box(known.left(index) + shift, known.top(index), known.width(index), known.height(index));
        return found(DefectKind.values()[known.classId(index)].label(), confidence, box);
    }

    private static Detection found(String label, double confidence, Box box) {
        return new Detection(0, label, 0, confidence, box);
    }

    private Score compare(long frame, List<Detection> objects) {
        return scoreboard.add(truth.settings().ptsNs(frame), objects);
    }

    private long sum(java.util.function.ToLongFunction<DefectKind> figure) {
        return java.util.Arrays.stream(DefectKind.values()).mapToLong(figure).sum();
    }

    /** A frame with whole defects, its truth in {@code known}. */
    private long frameWithDefects() {
        for (long frame = 0; ; frame++) {
            truth.objects(frame, known);
            if (known.size() > 3 && whole() == known.size()) {
                return frame;
            }
        }
    }

    private long whole() {
        return java.util.stream.IntStream.range(0, known.size())
                .filter(known::isWhole)
                .count();
    }

    @Test
    void findingAllIsPerfect() {
        for (long frame = 0; frame < 500; frame += 10) {
            truth.objects(frame, known);
            List<Detection> all = new ArrayList<>();
            for (int i = 0; i < known.size(); i++) {
                all.add(found(i, 0.9f, 0));
            }
            Score score = compare(frame, all);
            assertThat(score.marks()).doesNotContain(Mark.FALSE).hasSize(known.size());
            assertThat(score.marks().stream().filter(v -> v == Mark.RIGHT)).hasSize((int) whole());
            assertThat(score.missed()).isEmpty();
        }
        assertThat(scoreboard.fScore()).isEqualTo(1.0);
    }

    @Test
    void whatIsNotFoundIsMissed() {
        long frame = frameWithDefects();
        Score score = compare(frame, List.of());
        assertThat(score.missed()).hasSize(known.size());
        assertThat(sum(scoreboard::missed)).isEqualTo(known.size());
        assertThat(scoreboard.fScore()).isZero();
    }

    @Test
    void aDefectIsFoundOnceByTheSurest() {
        long frame = frameWithDefects();
        Score score = compare(frame, List.of(found(0, 0.5f, 0), found(0, 0.9f, 1), found(0, 0.4f, 2)));
        assertThat(score.marks()).containsExactly(Mark.FALSE, Mark.RIGHT, Mark.FALSE);
        assertThat(sum(scoreboard::right)).isEqualTo(1);
        assertThat(sum(scoreboard::wrong)).isEqualTo(2);
    }

    @Test
    void theWrongKindOrPlaceIsFalse() {
        long frame = frameWithDefects();
        Detection there = found(0, 0.9f, 0);
        String otherKind = there.label().equals("open") ? "short" : "open";
        Detection renamed = found(otherKind, 0.9f, there.box());
        Detection unknown = found("person", 0.9f, there.box());
        Score score = compare(
                frame, List.of(renamed, unknown, found(0, 0.9f, there.box().width() * 0.6f)));
        assertThat(score.marks()).containsOnly(Mark.FALSE);
        assertThat(scoreboard.otherFalse()).isEqualTo(1);
        assertThat(score.missed()).hasSize(known.size());
    }

    @Test
    void nothingToCompareIsNoScore() {
        assertThat(scoreboard.fScore()).isNaN();
    }
}
