package io.ringsight.app.tools.acceptance;

import io.ringsight.app.feed.FedPipeline;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many frames a second the pipeline brings through, fed by streams whose pictures are decoded already: all that
 * Ringsight does but decoding and delivering. What each of its threads is busy with is the system's own account.
 */
final class WholePipeline {
    private static final int RING = 512;
    private static final int MAX_STREAMS = 32;
    /** Twice as many streams that bring less than this more are enough. */
    private static final double ENOUGH = 1.03;

    private static final double BUSY = 0.85;

    private final ModelSpec model;
    private final InferenceBackend backend;
    private final Clock clock;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    WholePipeline(ModelSpec model, InferenceBackend backend, Clock clock) {
        this.model = model;
        this.backend = backend;
        this.clock = clock;
    }

    /** CPU time of the threads of one name, as a share of the time that passed; several streams are one. */
    record Load(String thread, int count, double share) {}

    /**
     * What one run saw.
     *
     * @param loads the busiest first, each as busy as one of its threads is
     */
    record Seen(int streams, double framesPerSecond, List<Load> loads) {
        /** What holds it up, in words. */
        String bottleneck(double networkAlone) {
            Load busiest = loads.isEmpty() ? new Load("none", 0, 0) : loads.get(0);
            if (framesPerSecond >= BUSY * networkAlone) {
                return "the network itself: the GPU has as much to do as it can";
            }
            if (busiest.share() >= BUSY) {
                return String.format(
                        "thread %s, which is busy %.0f %% of the time", busiest.thread(), 100 * busiest.share());
            }
            double cores = loads.stream()
                    .mapToDouble(load -> load.share() * load.count())
                    .sum();
            int all = Runtime.getRuntime().availableProcessors();
            return cores >= BUSY * all
                    ? String.format("the CPU: %.1f of its %d cores are busy", cores, all)
                    : "neither a thread nor the CPU: the copy to the GPU, or the letterbox kernel beside the network";
        }
    }

    /** Runs with 1, 2, 4, ... streams of {@code picture}, each for {@code ms}, until more bring nothing more. */
    Seen measure(Picture picture, long ms) throws InterruptedException {
        Seen best = run(picture, 1, ms);
        for (int streams = 2; streams <= MAX_STREAMS; streams *= 2) {
            Seen next = run(picture, streams, ms);
            boolean isEnough = next.framesPerSecond() < ENOUGH * best.framesPerSecond();
            best = next.framesPerSecond() > best.framesPerSecond() ? next : best;
            if (isEnough) {
                break;
            }
        }
        return best;
    }

    private Seen run(Picture picture, int streams, long ms) throws InterruptedException {
        AtomicLong through = new AtomicLong();
        // The detector is not closed: its lanes are the caller's.
        DetectorSwitch detectors = new DetectorSwitch(new Detector(model, model.threshold(), backend));
        try (FedPipeline fed = new FedPipeline(RING, detectors, List.of(new Counting(through)), clock)) {
            for (int i = 0; i < streams; i++) {
                IntakeSpec spec = new IntakeSpec(new SourceId("stream" + i), true, DecodedStream.CREDITS, 0, 0);
                fed.feed("stream", new DecodedStream(picture), fed.pipeline().connect(spec));
            }
            fed.run(ms / 4);
            TreeMap<Long, Long> before = cpuNs();
            long beforeFrames = through.get();
            long startNs = clock.nanoTime();
            fed.run(ms);
            long passedNs = clock.nanoTime() - startNs;
            double fps = (through.get() - beforeFrames) * 1e9 / passedNs;
            return new Seen(streams, fps, loads(before, passedNs));
        }
    }

    private TreeMap<Long, Long> cpuNs() {
        TreeMap<Long, Long> all = new TreeMap<>();
        for (long id : threads.getAllThreadIds()) {
            all.put(id, threads.getThreadCpuTime(id));
        }
        return all;
    }

    /** By name: the stages, and who else does something. */
    private List<Load> loads(TreeMap<Long, Long> before, long passedNs) {
        TreeMap<String, Load> byName = new TreeMap<>();
        cpuNs().forEach((id, ns) -> {
            ThreadInfo info = threads.getThreadInfo(id);
            double share = (ns - before.getOrDefault(id, 0L)) / (double) passedNs;
            if (info != null && (share >= 0.01 || info.getThreadName().startsWith("ringsight-"))) {
                byName.merge(
                        info.getThreadName(),
                        new Load(info.getThreadName(), 1, share),
                        (one, other) -> new Load(
                                one.thread(),
                                one.count() + 1,
                                (one.share() * one.count() + other.share()) / (one.count() + 1)));
            }
        });
        return byName.values().stream()
                .sorted(Comparator.comparingDouble(Load::share).reversed())
                .toList();
    }

    private record Counting(AtomicLong through) implements ResultSink {
        @Override
        public void frame(FrameResult result, boolean lossless) {
            through.incrementAndGet();
        }

        @Override
        public void gap(Gap gap, boolean lossless) {
            // of no interest
        }
    }
}
