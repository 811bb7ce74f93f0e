package io.ringsight.app.tools.bench;

import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.feed.FedPipeline;
import io.ringsight.app.feed.SourceFeed;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Runs the real pipeline on a looped recording, by as many cameras as asked for, and measures between the end of the
 * warm-up and the stop.
 */
final class PipelineRun {
    /** Pictures that others than the pipeline might hold in the daemon: its memory is what is measured, too. */
    private static final int HELD_PICTURES = 2;

    private static final int RING_SIZE = 64;

    private final SourceSpec clip;
    private final DetectorSwitch detectors;
    private final ResultSink sink;
    private final Clock clock;

    /**
     * Prepares runs.
     *
     * @param sink what is done with each result, part of what is measured
     */
    PipelineRun(SourceSpec clip, DetectorSwitch detectors, ResultSink sink, Clock clock) {
        this.clip = clip;
        this.detectors = detectors;
        this.sink = sink;
        this.clock = clock;
    }

    /** What one run showed. */
    record Outcome(
            double fps, Histogram latencyNs, double bytesPerFrame, double cpuMsPerFrame, long rssMb, long dropped) {
        double percentileMs(double percentile) {
            return latencyNs.getValueAtPercentile(percentile) / 1e6;
        }
    }

    /** One recording as fast as possible. */
    Outcome flatOut(long warmUpMs, long measureMs) throws InterruptedException {
        return run(1, 0, warmUpMs, measureMs);
    }

    /** {@code cameras} live cameras of {@code fps} frames a second each. */
    Outcome cameras(int cameras, double fps, long warmUpMs, long measureMs) throws InterruptedException {
        return run(cameras, fps, warmUpMs, measureMs);
    }

    private Outcome run(int cameras, double fps, long warmUpMs, long measureMs) throws InterruptedException {
        Recorder recorder = new Recorder();
        List<SourceMetrics> metrics = new ArrayList<>();
        try (FedPipeline fed = new FedPipeline(RING_SIZE, detectors, List.of(recorder, sink), clock)) {
            for (int i = 0; i < cameras; i++) {
                metrics.add(camera(fed, i, cameras, fps));
            }
            fed.run(warmUpMs);
            return measure(fed, recorder, metrics, measureMs);
        }
    }

    /** Starts one; returns its counters. */
    private SourceMetrics camera(FedPipeline fed, int index, int cameras, double fps) {
        boolean live = fps > 0;
        Optional<Integer> credits = live ? Optional.of(SourceConfig.DEFAULT_CAMERA_CREDITS) : Optional.empty();
        SourceFeed feed = SourceFeed.open(clip, credits, HELD_PICTURES, Decoding.ON_CPU, fed.pipeline(), clock);
        String name = "cam" + index;
        FrameIntake intake = fed.pipeline().connect(new IntakeSpec(new SourceId(name), !live, feed.credits(), 0, 0));
        long phaseNs = live ? (long) (1e9 / fps * index / cameras) : 0;
        FrameIntake paced = new PacedIntake(intake, clock, fps, clock.nanoTime() + phaseNs);
        fed.feed("ringsight-camera-" + name, feed.source(), paced);
        return intake.metrics();
    }

    private Outcome measure(FedPipeline fed, Recorder recorder, List<SourceMetrics> cameras, long measureMs)
            throws InterruptedException {
        long droppedBefore = dropped(cameras);
        long bytesBefore = CpuTime.framePathBytes();
        long cpuBefore = CpuTime.processNs();
        long startNs = clock.nanoTime();
        recorder.on = true;
        fed.run(measureMs);
        recorder.on = false;
        double seconds = (clock.nanoTime() - startNs) / 1e9;
        long cpuNs = CpuTime.processNs() - cpuBefore;
        long bytes = CpuTime.framePathBytes() - bytesBefore;
        long frames = Math.max(1, recorder.latencyNs.getTotalCount());
        return new Outcome(
                recorder.latencyNs.getTotalCount() / seconds,
                recorder.latencyNs,
                (double) bytes / frames,
                cpuNs / 1e6 / frames,
                CpuTime.residentMb(),
                dropped(cameras) - droppedBefore);
    }

    private static long dropped(List<SourceMetrics> cameras) {
        return cameras.stream()
                .mapToLong(camera -> camera.value(Counter.FRAMES_OVERLOAD))
                .sum();
    }

    /** Keeps latencies while it is on. Written by the Publish thread. */
    private static final class Recorder implements ResultSink {
        private static final long MAX_NS = 60_000_000_000L;
        private final Histogram latencyNs = new Histogram(1_000, MAX_NS, 3);
        private volatile boolean on;

        @Override
        public void frame(FrameResult result, boolean lossless) {
            if (on) {
                latencyNs.recordValue(Math.min(MAX_NS, result.timings().latencyNs()));
            }
        }

        @Override
        public void gap(Gap gap, boolean lossless) {}
    }
}
