package io.ringsight.core.pipeline;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detect.ObjectAttribute.State;
import io.ringsight.core.detect.OutputException;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameRows.Row;
import io.ringsight.core.ring.Stage;
import java.util.List;

/**
 * Waits for the lanes of the second models in the order they were launched, reads what they say of each object into its
 * {@link ObjectAttribute}, and frees the lane: what {@link CollectStage} is to parts of pictures. Counts what is not known.
 */
final class CropCollectStage implements Stage<FrameSlot> {
    private final List<SecondModel> models;
    private final StageFailures failures;
    private final FrameRows.RowReader read = this::read;
    private Detections found = new Detections(Detections.DEFAULT_CAPACITY);
    private InferenceException laneFailure;

    CropCollectStage(List<SecondModel> models, StageFailures failures) {
        this.models = models;
        this.failures = failures;
    }

    @Override
    public String name() {
        return "ringsight-crop-collect";
    }

    /** One: a frame is passed on before the next lane is waited for. */
    @Override
    public int maxBatch() {
        return 1;
    }

    @Override
    public void onSlot(FrameSlot slot) throws InterruptedException {
        if (!slot.computed) {
            return;
        }
        slot.crops.readAll(slot, read);
        count(slot);
    }

    private void read(FrameSlot slot, Row row) throws InterruptedException {
        if (row.index == 0) {
            await(slot, row);
        }
        if (laneFailure == null) {
            decode(slot, row);
        }
    }

    private void await(FrameSlot slot, Row row) throws InterruptedException {
        laneFailure = null;
        try {
            row.lane.await();
        } catch (RuntimeException | Error e) {
            InferenceException cause = failures.asInferenceException("inference failed", e);
            laneFailure = models.get(row.model).detectors().outcome(row.detector, cause);
            failures.ofObjects(slot, models.get(row.model).attribute(), laneFailure);
        }
    }

    private void decode(FrameSlot slot, Row row) {
        slot.attributes.get(row.model).again(row.parts);
        try {
            int capacity = row.detector.decoder().capacity();
            if (found.capacity() < capacity) {
                found = new Detections(capacity);
            }
            found.clear();
            row.detector.decoder().decode(row.lane.output(), row.index, row.detector.threshold(), found);
            row.lane.letterbox(row.index).toSource(found, 0, row.crop.left(), row.crop.top());
            slot.attributes
                    .get(row.model)
                    .found(
                            row.part,
                            row.detector.model(),
                            row.detector.backend().name(),
                            found);
        } catch (OutputException e) {
            if (e.isMisread()) {
                row.detector.misread(e.getMessage());
            }
            failures.ofObjects(slot, models.get(row.model).attribute(), InferenceException.ofFrame(e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            failures.ofObjects(
                    slot, models.get(row.model).attribute(), failures.asInferenceException("decoding failed", e));
        }
    }

    private static void count(FrameSlot slot) {
        SourceMetrics metrics = slot.source.metrics();
        for (int i = 0; i < slot.attributes.size(); i++) {
            ObjectAttribute attribute = slot.attributes.get(i);
            metrics.count(Counter.ATTRIBUTES, attribute.count(State.KNOWN));
            metrics.count(Counter.ATTRIBUTES_UNSURE, attribute.count(State.UNSURE));
            metrics.count(Counter.ATTRIBUTES_LEFT_OUT, attribute.count(State.LEFT_OUT));
            metrics.count(Counter.ATTRIBUTES_FAILED, attribute.count(State.FAILED));
        }
    }
}
