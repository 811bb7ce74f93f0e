package io.ringsight.app.tools.acceptance;

import io.ringsight.core.detect.Boxes;
import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.sources.supervise.Source;

/** Shows each picture of a source to a lane of the CPU and to one of the GPU, and compares what they find. */
final class Parity implements LookingIntake {
    private static final double MIN_IOU = 0.99;
    private static final float MAX_CONFIDENCE = 0.01f;

    private final ModelSpec model;
    private final Lane one;
    private final Lane other;
    private final int most;
    private final DetectionDecoder decoder;
    private final Detections found;
    private final Detections allowed;
    private final SourceMetrics metrics = new SourceMetrics("parity");
    private Source source;
    private int pictures;
    private int objects;
    private int unmatched;

    /** @param most pictures that are looked at */
    Parity(ModelSpec model, Lane one, Lane other, int most) {
        this.model = model;
        this.one = one;
        this.other = other;
        this.most = most;
        decoder = Decoders.of(model);
        found = new Detections(decoder.capacity());
        allowed = new Detections(decoder.capacity());
    }

    /** Runs the source to its end or until enough was seen. */
    void run(Source looked) throws InterruptedException {
        source = looked;
        looked.run(this);
    }

    @Override
    public void offer(Picture picture) throws InterruptedException {
        try {
            if (pictures < most) {
                pictures++;
                compute(one, picture);
                compute(other, picture);
                objects += unmatched(one, other, picture);
                unmatched(other, one, picture);
            } else {
                source.stop();
            }
        } finally {
            picture.release();
        }
    }

    private static void compute(Lane lane, Picture picture) throws InterruptedException {
        lane.load(0, picture);
        lane.launch(1);
        lane.await();
    }

    /** Counts those of {@code from} that {@code to} has not, also not just below the threshold; returns how many. */
    private int unmatched(Lane from, Lane to, Picture picture) {
        found.clear();
        allowed.clear();
        decoder.decode(from.output(), 0, model.threshold(), found);
        decoder.decode(to.output(), 0, model.threshold() - MAX_CONFIDENCE, allowed);
        from.letterbox(0).toSource(found);
        to.letterbox(0).toSource(allowed);
        for (int i = 0; i < found.size(); i++) {
            unmatched += hasPartner(i) ? 0 : 1;
        }
        return found.size();
    }

    private boolean hasPartner(int index) {
        for (int i = 0; i < allowed.size(); i++) {
            if (allowed.classId(i) == found.classId(index)
                    && Math.abs(allowed.confidence(i) - found.confidence(index)) <= MAX_CONFIDENCE
                    && iou(index, i) >= MIN_IOU) {
                return true;
            }
        }
        return false;
    }

    private double iou(int a, int b) {
        return Boxes.iou(found, a, 0, allowed.left(b), allowed.top(b), allowed.width(b), allowed.height(b));
    }

    int pictures() {
        return pictures;
    }

    int objects() {
        return objects;
    }

    int unmatched() {
        return unmatched;
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }
}
