package io.ringsight.core.infer.open;

import io.ringsight.core.infer.onnx.OnnxModelReader;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;

/** Reads model files. */
public final class Models {
    private Models() {}

    /**
     * All that is known of an ONNX model; runs it on a test picture.
     *
     * @param onnx the file
     * @param overrides what a model YAML says of it, or {@link ModelOverrides#NONE}
     * @throws ModelException with one sentence for the user if the model cannot be used
     */
    public static ModelSpec read(Path onnx, ModelOverrides overrides) throws ModelException {
        return OnnxModelReader.read(onnx, overrides);
    }

    /** Whether {@code model}'s files are still as they were read: who opens them may have met others. */
    public static boolean isUnchanged(ModelSpec model) {
        try {
            return OnnxModelReader.sha256(model.weights().file())
                    .equals(model.weights().sha256());
        } catch (ModelException e) {
            return false;
        }
    }
}
