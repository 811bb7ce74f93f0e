package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceBackendSuite;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxBackendTest {
    private abstract static class Suite extends InferenceBackendSuite {
        @TempDir
        Path folder;

        abstract TinyOnnx model();

        @Override
        protected InferenceBackend open(int lanes, int maxBatch) {
            return Backends.open(
                            spec(model(), folder),
                            new BackendSpec("cpu", lanes, maxBatch),
                            new Counters<>(BackendCounter.class))
                    .now();
        }

        @Override
        protected Picture unloadable(InferenceBackend backend, NativePictures pictures) {
            Picture picture = pictures.grey(16, 16, 1);
            picture.layout(16, 16, 9_999);
            return picture;
        }
    }

    @Nested
    class OfBatchOne extends Suite {
        @Override
        TinyOnnx model() {
            return new TinyOnnx();
        }
    }

    @Nested
    class OfFixedBatchThree extends Suite {
        @Override
        TinyOnnx model() {
            return new TinyOnnx().batch(3);
        }
    }

    @Nested
    class OfFreeBatch extends Suite {
        @Override
        TinyOnnx model() {
            return new TinyOnnx().batch(0);
        }
    }

    @Nested
    class TakingBytes extends Suite {
        @Override
        TinyOnnx model() {
            return new TinyOnnx().batch(0).uint8();
        }
    }

    @Nested
    class TakingHalfFloats extends Suite {
        @Override
        TinyOnnx model() {
            return new TinyOnnx().batch(0).float16();
        }
    }

    @Nested
    class OfFreeSize extends Suite {
        @Override
        TinyOnnx model() {
            return new TinyOnnx().batch(0).freeSize();
        }
    }

    @TempDir
    Path folder;

    @Test
    void batchIsAtMostTheFilesOwn() {
        assertThat(maxBatch(new TinyOnnx().batch(1), 8)).isEqualTo(1);
        assertThat(maxBatch(new TinyOnnx().batch(3), 8)).isEqualTo(3);
        assertThat(maxBatch(new TinyOnnx().batch(3), 2)).isEqualTo(2);
        assertThat(maxBatch(new TinyOnnx().batch(0), 8)).isEqualTo(8);
    }

    private int maxBatch(TinyOnnx model, int wanted) {
        try (InferenceBackend backend = Backends.open(
                        spec(model, folder), new BackendSpec("auto", 1, wanted), new Counters<>(BackendCounter.class))
                .now()) {
            return backend.maxBatch();
        }
    }

    @Test
    void hasTwoLanesForEachProcessorUnlessToldOtherwise() {
        try (InferenceBackend backend = Backends.open(
                        spec(new TinyOnnx(), folder), BackendSpec.cpu(), new Counters<>(BackendCounter.class))
                .now()) {
            assertThat(backend.lanes()).hasSize(2 * Runtime.getRuntime().availableProcessors());
        }
    }

    @Test
    void saysThatThereIsNoCuda() {
        assertThatThrownBy(() -> Backends.open(
                                spec(new TinyOnnx(), folder),
                                new BackendSpec("cuda:0", 0, 1),
                                new Counters<>(BackendCounter.class))
                        .now())
                .isInstanceOf(InferenceException.class)
                .hasMessageStartingWith("device 'cuda:0' is not available: ");
    }

    private static ModelSpec spec(TinyOnnx model, Path folder) {
        try {
            return Models.read(model.write(folder.resolve("tiny.onnx")), ModelOverrides.NONE);
        } catch (ModelException e) {
            throw new AssertionError(e);
        }
    }
}
