package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AxisTest {
    private final Axis axis = new Axis(2);

    /** The textbook's filter, in matrices. */
    private static final class Matrices {
        private double[] state;
        private double[][] covariance;

        Matrices(double position, double sigma, double sigmaVelocity) {
            state = new double[] {position, 0};
            covariance = new double[][] {{sigma * sigma, 0}, {0, sigmaVelocity * sigmaVelocity}};
        }

        void predict(double t, double q) {
            double[][] f = {{1, t}, {0, 1}};
            double[][] transposed = {{1, 0}, {t, 1}};
            double[][] noise = {{q * t * t * t / 3, q * t * t / 2}, {q * t * t / 2, q * t}};
            state = new double[] {state[0] + t * state[1], state[1]};
            covariance = sum(product(product(f, covariance), transposed), noise);
        }

        void update(double measured, double r) {
            double innovation = covariance[0][0] + r;
            double[] gain = {covariance[0][0] / innovation, covariance[1][0] / innovation};
            double off = measured - state[0];
            state = new double[] {state[0] + gain[0] * off, state[1] + gain[1] * off};
            covariance = product(new double[][] {{1 - gain[0], 0}, {-gain[1], 1}}, covariance);
        }

        private static double[][] product(double[][] a, double[][] b) {
            double[][] c = new double[2][2];
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 2; j++) {
                    c[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j];
                }
            }
            return c;
        }

        private static double[][] sum(double[][] a, double[][] b) {
            return new double[][] {{a[0][0] + b[0][0], a[0][1] + b[0][1]}, {a[1][0] + b[1][0], a[1][1] + b[1][1]}};
        }
    }

    @Test
    void isTheFilterOfTheTextbook() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        axis.begin(1, 100, 5, 50);
        Matrices expected = new Matrices(100, 5, 50);
        for (int i = 0; i < 500; i++) {
            double seconds = random.nextDouble() * 0.3;
            axis.predict(1, seconds, 30);
            expected.predict(seconds, 30);
            if (random.nextInt(4) > 0) {
                double measured = expected.state[0] + 3 * random.nextGaussian();
                axis.update(1, measured, 2.5);
                expected.update(measured, 2.5 * 2.5);
            }

            assertThat(axis.position(1)).as("seed %d", seed).isCloseTo(expected.state[0], within(1e-6));
            assertThat(axis.velocity(1)).as("seed %d", seed).isCloseTo(expected.state[1], within(1e-6));
            assertThat(axis.varPosition(1)).as("seed %d", seed).isCloseTo(expected.covariance[0][0], within(1e-6));
        }
    }

    @Test
    void aLongStepIsAsGoodAsManyShortOnes() {
        for (int at = 0; at < 2; at++) {
            axis.begin(at, 10, 1, 40);
        }
        axis.predict(0, 1.2, 7);
        for (int i = 0; i < 30; i++) {
            axis.predict(1, 0.04, 7);
        }

        assertThat(axis.varPosition(1)).isCloseTo(axis.varPosition(0), within(1e-6));
    }

    @Test
    void findsTheVelocityWhateverTheFrameRate() {
        Random random = new Random(5);
        for (double fps : new double[] {5, 12.5, 60}) {
            axis.begin(0, 0, 5, 200);
            for (int frame = 1; frame <= 10 * fps; frame++) {
                axis.predict(0, 1 / fps, 100);
                axis.update(0, 120 * frame / fps + random.nextGaussian(), 1);
            }
            assertThat(axis.velocity(0)).as("%s fps", fps).isCloseTo(120, within(15.0));
        }
    }
}
