package io.ringsight.core.detect;

import io.ringsight.core.model.ModelOutput;

/**
 * The highest scores of many, with their indices: a binary heap with the lowest kept score on top, so that most offers
 * cost one comparison. Made once.
 */
final class TopScores {
    private final float[] scores;
    private final int[] indices;
    private float threshold;
    private int size;
    private boolean cut;

    /** Keeps at most {@code capacity}. */
    TopScores(int capacity) {
        scores = new float[capacity];
        indices = new int[capacity];
    }

    /** Forgets all; scores under {@code threshold} will not be kept. */
    void clear(float threshold) {
        size = 0;
        cut = false;
        this.threshold = threshold;
    }

    int size() {
        return size;
    }

    /** Whether scores above the threshold were not kept. */
    boolean isCut() {
        return cut;
    }

    /** The score kept at {@code place}; in no order. */
    float score(int place) {
        return scores[place];
    }

    /** The index kept at {@code place}. */
    int index(int place) {
        return indices[place];
    }

    /**
     * Keeps the score if it is among the highest.
     *
     * @throws OutputException if it is NaN or negative
     */
    void offer(float score, int index) {
        if (passes(score)) {
            keep(score, index);
        }
    }

    /**
     * Whether the score is not under the threshold.
     *
     * @throws OutputException if it is NaN or negative
     */
    boolean passes(float score) {
        if (!(score >= ModelOutput.MIN_CONFIDENCE)) {
            throw OutputException.ofConfidence("a class score", score);
        }
        return score >= threshold;
    }

    private void keep(float score, int index) {
        if (size < scores.length) {
            rise(size++, score, index);
            return;
        }
        cut = true;
        if (score > scores[0]) {
            sink(score, index);
        }
    }

    private void rise(int hole, float score, int index) {
        int place = hole;
        while (place > 0 && scores[(place - 1) / 2] > score) {
            move((place - 1) / 2, place);
            place = (place - 1) / 2;
        }
        scores[place] = score;
        indices[place] = index;
    }

    private void sink(float score, int index) {
        int place = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && scores[child + 1] < scores[child]) {
                child++;
            }
            if (scores[child] >= score) {
                break;
            }
            move(child, place);
            place = child;
            child = 2 * place + 1;
        }
        scores[place] = score;
        indices[place] = index;
    }

    private void move(int from, int to) {
        scores[to] = scores[from];
        indices[to] = indices[from];
    }
}
