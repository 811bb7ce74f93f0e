package io.ringsight.core.pipeline;

import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detect.ObjectAttribute.State;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameRows.Row;
import io.ringsight.core.ring.Stage;
import java.util.List;

/**
 * Loads what was found in a frame into lanes of the second models, an object a row, and launches them: what
 * {@link DispatchStage} is to parts of pictures. A lane holds objects of one frame. Waits for a lane, never for a result:
 * {@link CropCollectStage} reads the first objects of a frame while the last are loaded, and those of a frame while the next
 * one's are.
 *
 * <p>Where something fails the object's attribute is missing and says so; the frame goes on.
 */
final class CropDispatchStage implements Stage<FrameSlot> {
    private final List<SecondModel> models;
    private final StageFailures failures;
    private final Row[] rows = new Row[BackendSpec.MAX_BATCH];
    /** By second model: which objects it looks at, of what was found by {@link #first}. */
    private final WantedClasses[] wanted;

    /** By second model: the index behind the last object of the frame at hand that it looks at. */
    private final int[] ends;

    private ModelSpec first;
    private Runnable passOn;
    private Detector detector;
    private Lane lane;
    private int loaded;

    CropDispatchStage(List<SecondModel> models, StageFailures failures) {
        this.models = models;
        this.failures = failures;
        wanted = new WantedClasses[models.size()];
        ends = new int[models.size()];
    }

    @Override
    public String name() {
        return "ringsight-crop-dispatch";
    }

    /** One: a frame's objects are launched when the last is loaded. */
    @Override
    public int maxBatch() {
        return 1;
    }

    @Override
    public void passesOnBy(Runnable passOn) {
        this.passOn = passOn;
    }

    @Override
    public void onSlot(FrameSlot slot) throws InterruptedException {
        if (!slot.computed) {
            return;
        }
        foundBy(slot.detector.model());
        for (int i = 0; i < wanted.length; i++) {
            plan(slot, i);
        }
        for (int i = 0; i < wanted.length; i++) {
            load(slot, i);
        }
    }

    /** Class ids are looked up again where another model found the objects. */
    private void foundBy(ModelSpec model) {
        if (model != first) {
            first = model;
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = models.get(i).classes().apply(model);
            }
        }
    }

    /** Says of each object whether the model is to look at it: the first ones, which a decoder is surest of. */
    private void plan(FrameSlot slot, int model) {
        ObjectAttribute attribute = slot.attributes.get(model);
        attribute.begin(slot.detections.size());
        ends[model] = 0;
        int looked = 0;
        for (int i = 0; i < slot.detections.size(); i++) {
            if (wanted[model].has(slot.detections.classId(i))) {
                boolean hasRoom = looked++ < models.get(model).maxObjects();
                attribute.state(i, hasRoom ? State.FAILED : State.LEFT_OUT);
                ends[model] = hasRoom ? i + 1 : ends[model];
            }
        }
    }

    /** All objects of a frame are one detector's: where another took over in between they are loaded again. */
    private void load(FrameSlot slot, int model) throws InterruptedException {
        Detector planned = null;
        int times = 0;
        int i = 0;
        while (i < ends[model]) {
            if (!wanted[model].has(slot.detections.classId(i))) {
                i++;
                continue;
            }
            takeLane(models.get(model));
            boolean isReplaced = planned != null && detector != planned;
            planned = detector;
            if (isReplaced) {
                times++;
                i = 0;
                continue;
            }
            load(slot, model, i++, times);
            if (loaded == detector.maxBatch()) {
                launch(slot, model);
                passOn.run();
            }
        }
        if (loaded > 0) {
            launch(slot, model);
        } else {
            giveBackLane();
        }
    }

    private void takeLane(SecondModel model) throws InterruptedException {
        while (lane == null) {
            // A detector that was replaced while its lane was waited for gives none.
            detector = model.detectors().current();
            lane = detector.take();
        }
    }

    private void giveBackLane() {
        if (lane != null) {
            Lane unused = lane;
            lane = null;
            detector.giveBack(unused);
        }
    }

    private void load(FrameSlot slot, int model, int object, int times) {
        Row row = slot.crops.free();
        try {
            row.crop.around(
                    slot.detections.left(object),
                    slot.detections.top(object),
                    slot.detections.width(object),
                    slot.detections.height(object),
                    slot.picture);
            lane.load(loaded, slot.picture, row.crop);
        } catch (RuntimeException | Error e) {
            fail(slot, model, failures.asInferenceException("preprocessing failed", e));
            return;
        }
        row.part = object;
        row.parts = times;
        row.model = model;
        row.detector = detector;
        row.lane = lane;
        row.index = loaded;
        row.lastOfLane = false;
        slot.crops.add();
        rows[loaded++] = row;
    }

    /** On a device that broke, the objects loaded before are gone, too. */
    private void fail(FrameSlot slot, int model, InferenceException e) {
        InferenceException outcome = models.get(model).detectors().outcome(detector, e);
        failures.ofObjects(slot, models.get(model).attribute(), outcome);
        if (outcome != e) {
            giveUp(slot);
        }
    }

    private void launch(FrameSlot slot, int model) {
        rows[loaded - 1].lastOfLane = true;
        try {
            lane.launch(loaded);
        } catch (RuntimeException | Error e) {
            InferenceException cause = failures.asInferenceException("launching failed", e);
            failures.ofObjects(
                    slot,
                    models.get(model).attribute(),
                    models.get(model).detectors().outcome(detector, cause));
            giveUp(slot);
            return;
        }
        int count = loaded;
        lane = null;
        loaded = 0;
        for (int i = 0; i < count; i++) {
            slot.crops.launch();
        }
    }

    /** A lane that is not launched has no results to wait for. */
    private void giveUp(FrameSlot slot) {
        int count = loaded;
        loaded = 0;
        giveBackLane();
        for (int i = 0; i < count; i++) {
            slot.crops.unload();
        }
    }

    /** After an Error, too: {@link CropCollectStage} waits for the end, and what was loaded is not launched then. */
    @Override
    public void afterSlot(FrameSlot slot, boolean endOfBatch) {
        giveUp(slot);
        slot.crops.end();
    }
}
