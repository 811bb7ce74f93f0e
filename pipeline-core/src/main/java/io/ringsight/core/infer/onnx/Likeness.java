package io.ringsight.core.infer.onnx;

import java.nio.FloatBuffer;

/**
 * How alike a tensor is in two models.
 *
 * @param cosine 1 for the same direction; 1 too if both are zero
 * @param relativeError length of the difference, by the length of the reference's
 */
public record Likeness(double cosine, double relativeError) {
    /** Compares {@code is} with the reference's {@code should}, which is as long. Moves neither buffer's position. */
    static Likeness of(FloatBuffer is, FloatBuffer should) {
        double product = 0;
        double isSquare = 0;
        double shouldSquare = 0;
        double error = 0;
        int size = is.remaining();
        for (int i = 0; i < size; i++) {
            double a = is.get(i);
            double b = should.get(i);
            product += a * b;
            isSquare += a * a;
            shouldSquare += b * b;
            error += (a - b) * (a - b);
        }
        double cosine = isSquare == 0 && shouldSquare == 0 ? 1 : product / Math.sqrt(isSquare * shouldSquare);
        return new Likeness(
                isSquare == 0 ^ shouldSquare == 0 ? 0 : cosine,
                error == 0 ? 0 : Math.sqrt(error) / Math.sqrt(shouldSquare));
    }
}
