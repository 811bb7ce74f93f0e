package io.ringsight.core.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopScoresTest {
    private final TopScores top = new TopScores(3);

    private Map<Integer, Float> kept() {
        Map<Integer, Float> kept = new TreeMap<>();
        for (int place = 0; place < top.size(); place++) {
            kept.put(top.index(place), top.score(place));
        }
        return kept;
    }

    @Test
    void theHighestAreKeptWithTheirIndices() {
        top.clear(0.1f);
        float[] scores = {0.3f, 0.9f, 0.2f, 0.5f, 0.4f};
        IntStream.range(0, scores.length).forEach(i -> top.offer(scores[i], i));

        assertThat(kept()).isEqualTo(Map.of(1, 0.9f, 3, 0.5f, 4, 0.4f));
        assertThat(top.isCut()).isTrue();
    }

    @Test
    void scoresUnderTheThresholdAreNotKeptAndCutNothing() {
        top.clear(0.25f);
        top.offer(0.2f, 0);
        top.offer(0.25f, 1);

        assertThat(kept()).isEqualTo(Map.of(1, 0.25f));
        assertThat(top.isCut()).isFalse();
    }

    @Test
    void nothingIsLeftOfWhatWasBefore() {
        top.clear(0);
        IntStream.range(0, 9).forEach(i -> top.offer(0.5f, i));

        top.clear(0.6f);
        top.offer(0.5f, 0);

        assertThat(top.size()).isZero();
        assertThat(top.isCut()).isFalse();
    }

    @Test
    void whatIsNoConfidenceIsRefused() {
        top.clear(0);

        assertThatThrownBy(() -> top.offer(Float.NaN, 0)).isInstanceOf(OutputException.class);
        assertThatThrownBy(() -> top.offer(-0.5f, 0)).isInstanceOf(OutputException.class);
    }

    @Test
    void ofManyTheSameAreKeptAsBySorting() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int capacity = 1; capacity < 40; capacity++) {
            TopScores some = new TopScores(capacity);
            some.clear(0.2f);
            float[] scores = new float[100];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = random.nextFloat();
                some.offer(scores[i], i);
            }
            float[] kept = new float[some.size()];
            for (int place = 0; place < kept.length; place++) {
                kept[place] = some.score(place);
                assertThat(scores[some.index(place)]).isEqualTo(kept[place]);
            }
            Arrays.sort(kept);
            Arrays.sort(scores);
            float[] highest = Arrays.copyOfRange(scores, scores.length - kept.length, scores.length);
            assertThat(kept).as("seed %d, capacity %d", seed, capacity).isEqualTo(highest);
        }
    }
}
