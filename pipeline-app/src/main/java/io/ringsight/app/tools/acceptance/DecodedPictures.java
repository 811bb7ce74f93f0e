package io.ringsight.app.tools.acceptance;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.LookingIntake;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Shows a video's pictures to one lane, counts them, and keeps the model's output for the first few. */
final class DecodedPictures implements LookingIntake {
    private static final int KEPT = 10;

    private final Lane lane;
    private final SourceMetrics metrics = new SourceMetrics("video");
    private final List<float[]> outputs = new ArrayList<>();
    private int pictures;
    private int onGpu;

    DecodedPictures(Lane lane) {
        this.lane = lane;
    }

    @Override
    public void offer(Picture picture) throws InterruptedException {
        try {
            pictures++;
            onGpu += picture.memory() == MemoryKind.CUDA ? 1 : 0;
            lane.load(0, picture);
            lane.launch(1);
            lane.await();
            if (outputs.size() < KEPT) {
                FloatBuffer output = lane.output().duplicate().rewind();
                float[] copy = new float[output.remaining()];
                output.get(copy);
                outputs.add(copy);
            }
        } finally {
            picture.release();
        }
    }

    int pictures() {
        return pictures;
    }

    int onGpu() {
        return onGpu;
    }

    /** Mean difference of the kept outputs, each number relative to its size where that is above 1. */
    double difference(DecodedPictures other) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < Math.min(outputs.size(), other.outputs.size()); i++) {
            float[] one = outputs.get(i);
            float[] two = other.outputs.get(i);
            for (int j = 0; j < one.length; j++) {
                sum += Math.abs(one[j] - two[j]) / Math.max(1, Math.abs(two[j]));
                count++;
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }
}
