package io.ringsight.core.pipeline;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.preprocess.Crop;

/** Which parts of a frame's picture a model looks at: each becomes a row of a lane. Owned by the stage that loads. */
interface CropPlan {
    /** Plans the parts for a model of this input; returns how many there are. */
    int plan(FrameSlot slot, ModelInput input);

    /** Sets the {@code index}-th part planned last. */
    void cut(int index, Crop into);
}
