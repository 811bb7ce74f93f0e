package io.ringsight.app.tools.files;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.TensorRow;
import java.nio.ByteBuffer;

/**
 * Takes pictures as the pipeline does and letterboxes each as a lane does, but keeps the tensor instead of computing
 * it. Used by the source's one thread; native memory is freed by {@link #close()}.
 */
public final class TensorIntake implements LookingIntake, AutoCloseable {
    private final SourceMetrics metrics = new SourceMetrics("tensors");
    private final HostLetterbox letterbox;
    private final ByteBuffer tensor;
    private final TensorRow row;
    private final Runnable afterEach;
    private int pictures;

    /** For models of this input; the second argument runs after each picture, on the source's thread. */
    public TensorIntake(ModelInput input, Runnable afterEach) {
        this.afterEach = afterEach;
        letterbox = new HostLetterbox(input);
        tensor = TensorRow.allocate(TensorRow.bytes(input));
        row = new TensorRow(tensor);
    }

    /** The tensor of the last picture, native order; valid until the next. */
    public ByteBuffer tensor() {
        return tensor;
    }

    /** How many pictures came so far. */
    public int pictures() {
        return pictures;
    }

    @Override
    public void offer(Picture picture) {
        try {
            letterbox.load(picture, row);
            pictures++;
            afterEach.run();
        } finally {
            picture.release();
        }
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        letterbox.close();
    }
}
