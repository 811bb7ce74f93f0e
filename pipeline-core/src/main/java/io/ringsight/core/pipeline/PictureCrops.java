package io.ringsight.core.pipeline;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.preprocess.Crop;

/** What the first model looks at: the whole picture. */
final class PictureCrops implements CropPlan {
    private Picture picture;

    @Override
    public int plan(FrameSlot slot, ModelInput input) {
        picture = slot.picture;
        return 1;
    }

    @Override
    public void cut(int index, Crop into) {
        into.whole(picture);
    }
}
