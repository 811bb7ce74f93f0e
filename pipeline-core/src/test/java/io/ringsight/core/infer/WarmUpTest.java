package io.ringsight.core.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.Letterbox;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private final List<String> calls = new ArrayList<>();
    private final List<Lane> lanes = List.of(new Noting("a"), new Noting("b"));

    @Test
    void allLanesAreLaunchedBeforeOneIsWaitedFor() {
        WarmUp.run(lanes, 2);
        assertThat(calls).containsExactly("a loads", "a loads", "a 2", "b loads", "b loads", "b 2", "a done", "b done");
    }

    @Test
    void besideCamerasALaneIsLaunchedWhenTheOneBeforeIsDone() {
        WarmUp.oneByOne(lanes, 1);
        assertThat(calls).containsExactly("a loads", "a 1", "a done", "b loads", "b 1", "b done");
    }

    /** Notes what is asked of it. */
    private final class Noting implements Lane {
        private final String name;

        Noting(String name) {
            this.name = name;
        }

        @Override
        public void load(int row, Picture picture) {
            calls.add(name + " loads");
        }

        @Override
        public void launch(int rows) {
            calls.add(name + " " + rows);
        }

        @Override
        public void await() {
            calls.add(name + " done");
        }

        @Override
        public FloatBuffer output() {
            throw new UnsupportedOperationException("nobody reads what was warmed up with");
        }

        @Override
        public Letterbox letterbox(int row) {
            throw new UnsupportedOperationException("nobody reads what was warmed up with");
        }
    }
}
