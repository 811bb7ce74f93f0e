package io.ringsight.core.detect;

/**
 * The highest scores of many, with their indices: a binary heap with the lowest kept score on top, so that most offers
 * cost one comparison. Made once.
 */
final class TopScores {
    /** As many as YOLOv10's own top-k keeps. */
    static final int CAPACITY = Detections.DEFAULT_CAPACITY;

    private final float[] scores = new float[CAPACITY];
    private final int[] indices = new int[CAPACITY];
    private float threshold;
    private int size;

    /** Forgets all; scores under {@code threshold} will not be kept. */
    void clear(float threshold) {
        size = 0;
        this.threshold = threshold;
    }

    int size() {
        return size;
    }

    /** The score kept at {@code place}; in no order. */
    float score(int place) {
        return scores[place];
    }

    /** The index kept at {@code place}. */
    int index(int place) {
        return indices[place];
    }

    /** Keeps the score if it is among the highest; never NaN. */
    void offer(float score, int index) {
        if (!(score >= threshold)) {
            return;
        }
        if (size < CAPACITY) {
            rise(size++, score, index);
        } else if (score > scores[0]) {
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
        while (child < CAPACITY) {
            if (child + 1 < CAPACITY && scores[child + 1] < scores[child]) {
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
