package io.ringsight.app.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FedPipelineTest {
    private static final long LONG_MS = 60_000;

    private final FakeBackend backend = new FakeBackend(1, 1);
    private final AtomicInteger frames = new AtomicInteger();
    private final FedPipeline fed = new FedPipeline(
            16,
            FakeBackend.computing(backend, (output, row, threshold, into) -> into.clear()),
            List.of(new ResultSink() {
                @Override
                public void frame(FrameResult result, boolean lossless) {
                    frames.incrementAndGet();
                }

                @Override
                public void gap(Gap gap, boolean lossless) {}
            }),
            Clock.system());

    private FrameIntake recording(int credits) {
        return fed.pipeline().connect(new IntakeSpec(new SourceId("video"), true, credits, 0, 0));
    }

    private SourceFeed open(String uri) {
        return SourceFeed.open(
                SourceSpec.parse(uri), Optional.empty(), 0, Decoding.ON_CPU, fed.pipeline(), Clock.system());
    }

    @Test
    void aRecordingKeepsTheLanesBusyAndACameraHasFewCredits() {
        try (fed;
                SourceFeed recording = open("synthetic:boxes?pace=asap");
                SourceFeed camera = open("synthetic:boxes?fps=10")) {
            assertThat(Sources.isLossless(SourceSpec.parse("synthetic:boxes?pace=asap")))
                    .isEqualTo(recording.source().lossless())
                    .isTrue();
            assertThat(recording.credits()).isEqualTo(fed.pipeline().creditsForRecording());
            assertThat(camera.source().lossless()).isFalse();
            assertThat(camera.credits()).isEqualTo(2);
        }
    }

    @Test
    void allThatWasReadReachesTheSinks() throws InterruptedException {
        try (fed;
                SourceFeed recording = open("synthetic:boxes?pace=asap&frames=20")) {
            recording.source().run(recording(recording.credits()));
            fed.finish();
            assertThat(frames).hasValue(20);
        }
    }

    @Test
    void aDeviceThatBreaksEndsTheWait() throws InterruptedException {
        backend.holdLaunches();
        try (fed) {
            SourceFeed recording = open("synthetic:boxes?pace=asap");
            fed.feed("feeding", recording.source(), recording(recording.credits()));
            backend.failNext(InferenceException.fatal("it fell off the bus", null));
            assertThatThrownBy(() -> fed.run(LONG_MS))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("inference failed and cannot go on: it fell off the bus");
            backend.releaseLaunches();
        }
    }

    /** Memory that the source's thread still uses must not be freed. */
    @Test
    void closesASourceWhenItsThreadHasEnded() throws InterruptedException {
        Waiting source = new Waiting();
        try (fed) {
            fed.feed("feeding", source, recording(1));
            source.running.await();
        }
        assertThat(source.hasEndedBeforeClose).isTrue();
    }

    /** Runs until it is told to stop. */
    private static final class Waiting implements Source {
        private final CountDownLatch running = new CountDownLatch(1);
        private final CountDownLatch stopped = new CountDownLatch(1);
        private volatile boolean hasEnded;
        private volatile boolean hasEndedBeforeClose;

        @Override
        public Ending run(FrameIntake intake) throws InterruptedException {
            running.countDown();
            try {
                stopped.await();
            } finally {
                hasEnded = true;
            }
            return Ending.stopped();
        }

        @Override
        public void stop() {
            stopped.countDown();
        }

        @Override
        public boolean lossless() {
            return true;
        }

        @Override
        public void close() {
            hasEndedBeforeClose = hasEnded;
        }
    }
}
