package io.ringsight.app.tools.bench;

import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sources.spec.SourceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures the real pipeline on a looped recording, one figure after the other, so that each stands beside the machine
 * it was measured on: ratios within one run hold on a noisy machine where milliseconds do not.
 */
final class Bench {
    private static final double[] LOADS = {0.3, 0.6, 0.9};
    private static final double CAMERAS_LOAD = 0.6;
    private static final int MESSAGES = 20_000;
    private static final ResultSink NOWHERE = new ResultSink() {
        @Override
        public void frame(FrameResult result, boolean lossless) {}

        @Override
        public void gap(Gap gap, boolean lossless) {}
    };

    private final ModelSpec model;
    private final DetectorSwitch detectors;
    private final SourceSpec clip;
    private final Clock clock;
    private final long sliceMs;
    private final Consumer<String> progress;

    /**
     * Prepares the measurements.
     *
     * @param sliceMs how long each single measurement takes
     * @param progress told what is measured next
     */
    Bench(
            ModelSpec model,
            DetectorSwitch detectors,
            SourceSpec clip,
            Clock clock,
            long sliceMs,
            Consumer<String> progress) {
        this.model = model;
        this.detectors = detectors;
        this.clip = clip;
        this.clock = clock;
        this.sliceMs = sliceMs;
        this.progress = progress;
    }

    Figures run(int maxCameras) throws InterruptedException {
        progress.accept("ring hand-over");
        Figures.HandOver handOver = RingHandOver.measure(clock);
        progress.accept("warm-up");
        flatOut(messages());
        progress.accept("decode, preprocess and infer alone");
        CompositeLimit limit = new CompositeLimit(clip, clock, sliceMs * 500_000);
        CompositeLimit.Costs before = limit.measure(detectors.current().backend());
        progress.accept("throughput");
        double fps = flatOut(messages()).fps();
        progress.accept("decode, preprocess and infer alone, again");
        CompositeLimit.Costs costs =
                before.mean(limit.measure(detectors.current().backend()));
        int cores = Runtime.getRuntime().availableProcessors();
        Figures.Throughput throughput = new Figures.Throughput(fps, costs.limitFps(cores));
        progress.accept("allocation");
        Figures.Allocation allocation = new Figures.Allocation(flatOut(NOWHERE).bytesPerFrame(), messageBytes());
        return new Figures(costs, throughput, latency(fps), allocation, cameras(fps, maxCameras), handOver);
    }

    private PipelineRun.Outcome flatOut(ResultSink sink) throws InterruptedException {
        return pipeline(sink).flatOut(sliceMs / 4, sliceMs);
    }

    private PipelineRun pipeline(ResultSink sink) {
        return new PipelineRun(clip, detectors, sink, clock);
    }

    private List<Figures.Latency> latency(double fullFps) throws InterruptedException {
        List<Figures.Latency> all = new ArrayList<>();
        for (double load : LOADS) {
            progress.accept("latency at " + Math.round(load * 100) + " % load");
            PipelineRun.Outcome run = pipeline(messages()).cameras(1, load * fullFps, sliceMs / 4, sliceMs);
            all.add(new Figures.Latency(
                    load,
                    run.fps(),
                    run.latencyNs().getMean() / 1e6,
                    run.latencyNs().getStdDeviation() / 1e6,
                    run.percentileMs(50),
                    run.percentileMs(99),
                    run.dropped()));
        }
        return all;
    }

    private List<Figures.CameraLoad> cameras(double fullFps, int maxCameras) throws InterruptedException {
        List<Figures.CameraLoad> all = new ArrayList<>();
        for (int n = 1; n <= maxCameras; n *= 2) {
            progress.accept(n + " cameras");
            double each = CAMERAS_LOAD * fullFps / n;
            PipelineRun.Outcome run = pipeline(messages()).cameras(n, each, sliceMs / 2, sliceMs);
            all.add(new Figures.CameraLoad(
                    n, run.fps(), run.percentileMs(99), run.cpuMsPerFrame(), run.rssMb(), run.dropped()));
        }
        return all;
    }

    /** Builds each frame's message and throws it away. */
    private ResultSink messages() {
        MessageJson json = new MessageJson("bench", clock);
        return new ResultSink() {
            @Override
            public void frame(FrameResult result, boolean lossless) {
                json.frame(result);
            }

            @Override
            public void gap(Gap gap, boolean lossless) {
                json.gap(gap);
            }
        };
    }

    /** Heap bytes for one message with ten objects. */
    private double messageBytes() {
        MessageJson json = new MessageJson("bench", clock);
        FrameResult result = SampleFrame.with(10, model);
        long before = 0;
        for (int i = -MESSAGES; i < MESSAGES; i++) {
            if (i == 0) {
                before = CpuTime.threadBytes();
            }
            json.frame(result);
        }
        return (double) (CpuTime.threadBytes() - before) / MESSAGES;
    }
}
