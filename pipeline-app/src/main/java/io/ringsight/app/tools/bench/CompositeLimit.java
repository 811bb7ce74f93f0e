package io.ringsight.app.tools.bench;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;

/**
 * How fast a machine could be if nothing but decoding, preprocessing and inference cost anything and every core were
 * always busy: cores / (their CPU seconds per frame, each measured alone).
 */
final class CompositeLimit {
    private static final int PREPROCESS_ROUNDS = 400;

    private final SourceSpec clip;
    private final Clock clock;
    private final long sliceNs;

    /**
     * Measures with {@code clip}.
     *
     * @param sliceNs how long to decode and how long to infer
     */
    CompositeLimit(SourceSpec clip, Clock clock, long sliceNs) {
        this.clip = clip;
        this.clock = clock;
        this.sliceNs = sliceNs;
    }

    /** Processor milliseconds a frame. */
    record Costs(double decodeMs, double preprocessMs, double inferMs) {
        double limitFps(int cores) {
            return cores * 1_000 / (decodeMs + preprocessMs + inferMs);
        }

        /** The mean of two measurements. */
        Costs mean(Costs other) {
            return new Costs(
                    (decodeMs + other.decodeMs) / 2,
                    (preprocessMs + other.preprocessMs) / 2,
                    (inferMs + other.inferMs) / 2);
        }
    }

    Costs measure(InferenceBackend backend) throws InterruptedException {
        try (Source source = Sources.open(clip, clock)) {
            Sampler sampler = new Sampler(source, clock, sliceNs);
            source.run(sampler);
            if (sampler.sample == null) {
                throw new IllegalStateException(clip.uri() + " gave no picture to measure with");
            }
            Lane lane = backend.lanes().get(0);
            double preprocessMs = preprocessMs(lane, sampler.sample);
            double inferMs = inferMs(lane);
            sampler.sample.release();
            return new Costs(sampler.decodeMs(), preprocessMs, inferMs);
        }
    }

    private static double preprocessMs(Lane lane, Picture sample) {
        for (int i = 0; i < PREPROCESS_ROUNDS; i++) {
            lane.load(0, sample);
        }
        long startNs = CpuTime.threadNs();
        for (int i = 0; i < PREPROCESS_ROUNDS; i++) {
            lane.load(0, sample);
        }
        return (CpuTime.threadNs() - startNs) / 1e6 / PREPROCESS_ROUNDS;
    }

    private double inferMs(Lane lane) throws InterruptedException {
        int rounds = 0;
        long untilNs = clock.nanoTime() + sliceNs;
        long startNs = CpuTime.processNs();
        do {
            lane.launch(1);
            lane.await();
            rounds++;
        } while (clock.nanoTime() < untilNs);
        return (CpuTime.processNs() - startNs) / 1e6 / rounds;
    }

    /** Takes frames for a while and keeps one. */
    private static final class Sampler implements LookingIntake {
        private static final int WARM_UP_FRAMES = 100;
        private final SourceMetrics metrics = new SourceMetrics("sampler");
        private final Source source;
        private final Clock clock;
        private final long sliceNs;
        private Picture sample;
        private long untilNs;
        private long startCpuNs;
        private long endCpuNs;
        private int frames;

        Sampler(Source source, Clock clock, long sliceNs) {
            this.source = source;
            this.clock = clock;
            this.sliceNs = sliceNs;
        }

        @Override
        public void offer(Picture picture) {
            if (sample == null) {
                sample = picture;
                return;
            }
            picture.release();
            frames++;
            if (frames == WARM_UP_FRAMES) {
                startCpuNs = CpuTime.threadNs();
                untilNs = clock.nanoTime() + sliceNs;
            } else if (frames > WARM_UP_FRAMES && clock.nanoTime() > untilNs && endCpuNs == 0) {
                endCpuNs = CpuTime.threadNs();
                frames -= WARM_UP_FRAMES;
                source.stop();
            }
        }

        double decodeMs() {
            return (endCpuNs - startCpuNs) / 1e6 / frames;
        }

        @Override
        public SourceMetrics metrics() {
            return metrics;
        }
    }
}
