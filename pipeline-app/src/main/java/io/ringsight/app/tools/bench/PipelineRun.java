package io.ringsight.app.tools.bench;

import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Runs the real pipeline on a looped recording, by as many cameras as asked for, and measures between the end of the
 * warm-up and the stop.
 */
final class PipelineRun {
    private static final int CAMERA_CREDITS = 2;
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
        List<Camera> running = new ArrayList<>();
        try (Pipeline pipeline = new Pipeline(RING_SIZE, detectors, List.of(recorder, sink), clock)) {
            for (int i = 0; i < cameras; i++) {
                running.add(camera(pipeline, i, cameras, fps));
            }
            try {
                TimeUnit.MILLISECONDS.sleep(warmUpMs);
                return measure(recorder, running, measureMs);
            } finally {
                for (Camera camera : running) {
                    camera.stop(10_000);
                }
                pipeline.drain(10_000);
                running.forEach(camera -> camera.source.close());
            }
        }
    }

    private Camera camera(Pipeline pipeline, int index, int cameras, double fps) {
        boolean live = fps > 0;
        int credits = live ? CAMERA_CREDITS : pipeline.creditsForRecording();
        FrameIntake intake = pipeline.connect(new IntakeSpec(new SourceId("cam" + index), !live, credits, 0, 0));
        long phaseNs = live ? (long) (1e9 / fps * index / cameras) : 0;
        FrameIntake paced = new PacedIntake(intake, clock, fps, clock.nanoTime() + phaseNs);
        Camera camera = new Camera(Sources.open(clip, clock), intake, paced);
        camera.start();
        return camera;
    }

    private Outcome measure(Recorder recorder, List<Camera> cameras, long measureMs) throws InterruptedException {
        long droppedBefore = dropped(cameras);
        long bytesBefore = CpuTime.framePathBytes();
        long cpuBefore = CpuTime.processNs();
        long startNs = clock.nanoTime();
        recorder.on = true;
        TimeUnit.MILLISECONDS.sleep(measureMs);
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

    private static long dropped(List<Camera> cameras) {
        return cameras.stream()
                .mapToLong(camera -> camera.intake.metrics().value(Counter.FRAMES_OVERLOAD))
                .sum();
    }

    /** One source and its thread. */
    private static final class Camera extends Thread {
        private final Source source;
        private final FrameIntake intake;
        private final FrameIntake paced;

        Camera(Source source, FrameIntake intake, FrameIntake paced) {
            super("ringsight-camera-" + intake.metrics().sourceId());
            setDaemon(true);
            this.source = source;
            this.intake = intake;
            this.paced = paced;
        }

        @Override
        public void run() {
            try {
                source.run(paced);
            } catch (InterruptedException e) {
                interrupt();
            }
        }

        void stop(long timeoutMs) throws InterruptedException {
            source.stop();
            interrupt();
            join(timeoutMs);
        }
    }

    /** Keeps latencies while it is on. Written by the Publish thread. */
    private static final class Recorder implements ResultSink {
        private static final long HIGHEST_NS = 60_000_000_000L;
        private final Histogram latencyNs = new Histogram(1_000, HIGHEST_NS, 3);
        private volatile boolean on;

        @Override
        public void frame(FrameResult result, boolean lossless) {
            if (on) {
                latencyNs.recordValue(Math.min(HIGHEST_NS, result.timings().latencyNs()));
            }
        }

        @Override
        public void gap(Gap gap, boolean lossless) {}
    }
}
