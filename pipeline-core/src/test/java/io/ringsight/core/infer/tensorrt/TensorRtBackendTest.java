package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceBackendSuite;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** TensorRT's backend keeps the promises of every backend: on the CPU double, with delays. */
@Tag("cuda-double")
class TensorRtBackendTest {
    @TempDir
    private Path folder;

    static ModelSpec spec(TinyOnnx model, Path folder) {
        try {
            return Models.read(model.write(folder.resolve("tiny.onnx")), ModelOverrides.NONE);
        } catch (ModelException e) {
            throw new AssertionError(e);
        }
    }

    /** The suite, and no complaint of the double about how it was done. */
    abstract class Suite extends InferenceBackendSuite {
        private final boolean graphs;
        private final TinyOnnx model;
        private CudaDouble device;
        private InferenceBackend opened;

        Suite(TinyOnnx model, boolean graphs) {
            this.model = model;
            this.graphs = graphs;
        }

        @BeforeEach
        void load() {
            device = CudaDouble.load().set("seed=7 delay=200");
        }

        /** Runs before the suite's own closing, which closes twice then. */
        @AfterEach
        void nothingWasDoneWrongAndNothingIsLeft() {
            opened.close();
            assertThat(device.reports()).isEmpty();
            assertThat(device.leaks()).isEmpty();
        }

        @Override
        protected InferenceBackend open(int lanes, int maxBatch) {
            opened = TensorRtBackend.open(
                    spec(model, folder),
                    CudaDevices.probe().devices(),
                    new TensorRtBackend.Options(lanes, maxBatch, graphs, new EngineCache(folder.resolve("cache"))),
                    new Counters<>(BackendCounter.class));
            return opened;
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
        OfBatchOne() {
            super(new TinyOnnx(), false);
        }
    }

    @Nested
    class OfFreeBatchWithGraphs extends Suite {
        OfFreeBatchWithGraphs() {
            super(new TinyOnnx().batch(0), true);
        }
    }

    @Nested
    class OfFixedBatchWithGraphs extends Suite {
        OfFixedBatchWithGraphs() {
            super(new TinyOnnx().batch(4), true);
        }
    }

    @Nested
    class OfBytes extends Suite {
        OfBytes() {
            super(new TinyOnnx().batch(0).uint8(), true);
        }
    }

    @Nested
    class OfHalfFloats extends Suite {
        OfHalfFloats() {
            super(new TinyOnnx().float16(), true);
        }
    }

    @Nested
    class OfFreeSize extends Suite {
        OfFreeSize() {
            super(new TinyOnnx().batch(0).freeSize(), true);
        }
    }
}
