package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private final Assignment assignment = new Assignment(12, 12);

    @Test
    void takesTheBestTotalRatherThanTheBestPair() {
        assignment.begin(2, 2);
        assignment.allow(0, 0, 0.9f);
        assignment.allow(0, 1, 0.8f);
        assignment.allow(1, 0, 0.7f);
        assignment.solve();

        assertThat(assignment.columnOf(0)).isEqualTo(1);
        assertThat(assignment.columnOf(1)).isEqualTo(0);
    }

    @Test
    void makesNoPairThatIsNotAllowed() {
        assignment.begin(3, 2);
        assignment.allow(0, 1, 0.3f);
        assignment.allow(1, 1, 0.4f);
        assignment.solve();

        assertThat(assignment.columnOf(0)).isNegative();
        assertThat(assignment.columnOf(1)).isEqualTo(1);
        assertThat(assignment.columnOf(2)).isNegative();
    }

    @Test
    void isAsGoodAsTheBestOfAllPairings() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            int rows = 1 + random.nextInt(6);
            int columns = 1 + random.nextInt(6);
            float[][] weights = new float[rows][columns];
            assignment.begin(rows, columns);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    if (random.nextInt(3) > 0) {
                        weights[row][column] = 0.01f + random.nextFloat();
                        assignment.allow(row, column, weights[row][column]);
                    }
                }
            }
            assignment.solve();

            assertThat(total(weights))
                    .as("seed %d, round %d", seed, round)
                    .isCloseTo(best(weights, 0, 0), within(1e-4));
        }
    }

    /** Of the pairs made, each allowed and no column twice. */
    private double total(float[][] weights) {
        double total = 0;
        int used = 0;
        for (int row = 0; row < weights.length; row++) {
            int column = assignment.columnOf(row);
            if (column >= 0) {
                assertThat(weights[row][column]).isPositive();
                assertThat(used & 1 << column).isZero();
                used |= 1 << column;
                total += weights[row][column];
            }
        }
        return total;
    }

    /** By trying all. */
    private static double best(float[][] weights, int row, int used) {
        if (row == weights.length) {
            return 0;
        }
        double best = best(weights, row + 1, used);
        for (int column = 0; column < weights[row].length; column++) {
            if (weights[row][column] > 0 && (used & 1 << column) == 0) {
                best = Math.max(best, weights[row][column] + best(weights, row + 1, used | 1 << column));
            }
        }
        return best;
    }
}
