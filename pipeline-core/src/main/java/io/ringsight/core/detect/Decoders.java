package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelSpec;

/** Makes the decoder a model's output needs. */
public final class Decoders {
    private Decoders() {}

    /** A new decoder; each thread needs its own. */
    public static DetectionDecoder of(ModelSpec model) {
        ModelInput input = model.input();
        ModelOutput output = model.output();
        return new SteadfastDecoder(
                switch (output.head()) {
                    case END_TO_END ->
                        new EndToEndDecoder(output, input, model.labels().size());
                    case ONE_TO_ONE -> new RawDecoder(output, input, Nms.NONE);
                    case ONE_TO_MANY -> new RawDecoder(output, input, output.nmsIou());
                    case YOLOX -> new YoloxDecoder(output, input);
                    case CLASSIFIER, CLASSIFIER_LOGITS -> new ClassifierDecoder(output, input);
                });
    }
}
