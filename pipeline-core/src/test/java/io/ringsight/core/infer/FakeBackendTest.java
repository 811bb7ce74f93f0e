package io.ringsight.core.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import org.junit.jupiter.api.Test;

class FakeBackendTest extends InferenceBackendSuite {
    @Override
    protected InferenceBackend open(int lanes, int maxBatch) {
        return new FakeBackend(lanes, maxBatch);
    }

    @Override
    protected Picture unloadable(InferenceBackend backend, NativePictures pictures) {
        Picture bad = pictures.grey(16, 16, 1);
        ((FakeBackend) backend).failLoads(picture -> picture == bad);
        return bad;
    }

    @Test
    void failsTheLaunchTheTestTellsItTo() throws InterruptedException {
        try (FakeBackend backend = new FakeBackend(1, 1);
                NativePictures pictures = new NativePictures()) {
            backend.holdLaunches();
            Lane lane = backend.lanes().get(0);
            lane.load(0, pictures.grey(16, 16, 3));
            lane.launch(1);
            backend.failNext(InferenceException.ofFrame("told to", null));
            assertThatThrownBy(lane::await).isInstanceOf(InferenceException.class);
            lane.launch(1);
            backend.completeNext();
            lane.await();
            assertThat(lane.output().get(5)).isEqualTo(3);
        }
    }
}
