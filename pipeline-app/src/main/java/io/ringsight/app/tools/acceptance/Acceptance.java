package io.ringsight.app.tools.acceptance;

import io.ringsight.app.cli.Version;
import io.ringsight.app.tools.bench.BenchClip;
import io.ringsight.app.tools.doctor.Doctor;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.cuda.Cuda;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.infer.tensorrt.EngineCache;
import io.ringsight.core.infer.tensorrt.TensorRtBackend;
import io.ringsight.core.infer.tensorrt.TensorRtGauge;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decode;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.HdrHistogram.Histogram;
import org.bytedeco.javacpp.BytePointer;

/** All that is to be known of the GPU path on a machine with a GPU, one check after the other. */
final class Acceptance {
    private static final int WIDTH = 1920;
    private static final int HEIGHT = 1080;
    private static final int PARITY_PICTURES = 60;
    private static final double MIN_OVERLAP = 0.9;
    private static final double MIN_RATIO = 0.85;
    private static final long MAX_GROWTH_BYTES = 2 << 20;
    private static final int BATCHES_A_SECOND = 40;
    /** What FFmpeg says when it asked the GPU, and that has no such decoder. */
    private static final String NO_DECODER = "Hardware is lacking required capabilities";

    private final ModelSpec model;
    private final BackendSpec wanted;
    private final long sliceMs;
    private final Clock clock;
    private final Verdicts verdicts;

    Acceptance(ModelSpec model, BackendSpec wanted, long sliceMs, Clock clock, Verdicts verdicts) {
        this.model = model;
        this.wanted = wanted;
        this.sliceMs = sliceMs;
        this.clock = clock;
        this.verdicts = verdicts;
    }

    /**
     * Runs all checks.
     *
     * @param engines an empty directory for the engine
     * @param videos more pictures to compare
     */
    void run(Path engines, List<Path> videos) throws InterruptedException {
        verdicts.say(
                "ringsight %s, model %s (%s), device %s",
                Version.current(), model.name(), model.weights().file(), wanted);
        Doctor.examine()
                .forEach(finding -> verdicts.say(
                        "  %-3s %-14s %s", finding.usable() ? "yes" : "no", finding.name(), finding.detail()));
        if (model.input().type() == TensorType.FLOAT32) {
            verdicts.say(
                    "INFO precision: the model's file is float32; a float16 file is several times as fast on most GPUs,"
                            + " and then other parts may hold it up: try -m conf/models/pcb-defect-fp16.yaml, too");
        }
        EngineCache cache = new EngineCache(engines);
        try (TensorRtBackend gpu = engine(cache)) {
            if (gpu == null) {
                return;
            }
            try (InferenceBackend cpu =
                    Backends.openOne(model, BackendSpec.cpu(), new Counters<>(BackendCounter.class), cache)) {
                parity(cpu, gpu, videos);
            }
            try (BytePointer grey = new BytePointer(WIDTH * HEIGHT * 3L / 2)) {
                Picture picture = picture(grey);
                overlap(gpu, picture);
                throughput(gpu, picture);
                latency(gpu, picture);
                memory(gpu, picture);
            }
            decoder(gpu);
        } catch (InferenceException e) {
            verdicts.require(false, "GPU: %s", e.getMessage());
        }
    }

    /** Built, and then read again; null if it cannot be. */
    private TensorRtBackend engine(EngineCache cache) {
        try {
            long startNs = clock.nanoTime();
            open(cache).close();
            double built = seconds(startNs);
            startNs = clock.nanoTime();
            InferenceBackend backend = open(cache);
            verdicts.require(
                    backend instanceof TensorRtBackend,
                    "engine: built and opened in %.1f s, opened again from the cache in %.2f s",
                    built,
                    seconds(startNs));
            return backend instanceof TensorRtBackend gpu ? gpu : null;
        } catch (InferenceException e) {
            verdicts.require(false, "engine: %s", e.getMessage());
            return null;
        }
    }

    private InferenceBackend open(EngineCache cache) {
        return Backends.openOne(model, wanted, new Counters<>(BackendCounter.class), cache);
    }

    private void parity(InferenceBackend cpu, InferenceBackend gpu, List<Path> videos) throws InterruptedException {
        compare(cpu, gpu, SourceSpec.parse("synthetic:pcb?seed=7&pace=asap&frames=" + PARITY_PICTURES));
        compare(cpu, gpu, SourceSpec.parse("synthetic:boxes?seed=7&pace=asap&frames=" + PARITY_PICTURES));
        for (Path video : videos) {
            compare(cpu, gpu, SourceSpec.recording(video));
        }
    }

    private void compare(InferenceBackend cpu, InferenceBackend gpu, SourceSpec pictures) throws InterruptedException {
        Parity parity = new Parity(model, cpu.lanes().get(0), gpu.lanes().get(0), PARITY_PICTURES);
        try (Source source = Sources.open(pictures, clock)) {
            parity.run(source);
        }
        verdicts.require(
                parity.pictures() > 0 && parity.unmatched() == 0,
                "parity with the CPU, %s: %d pictures, %d objects, %d without a partner (IoU 0.99, 0.01)",
                pictures.uri(),
                parity.pictures(),
                parity.objects(),
                parity.unmatched());
    }

    private static Picture picture(BytePointer memory) {
        for (long i = 0; i < memory.capacity(); i++) {
            memory.put(i, (byte) (i * 31 + i / WIDTH));
        }
        Picture picture = new Picture();
        picture.layout(WIDTH, HEIGHT, PixelFormat.YUV420P);
        picture.plane(0, memory.address(), WIDTH);
        picture.plane(1, memory.address() + (long) WIDTH * HEIGHT, WIDTH / 2);
        picture.plane(2, memory.address() + (long) WIDTH * HEIGHT * 5 / 4, WIDTH / 2);
        return picture;
    }

    private void overlap(TensorRtBackend gpu, Picture picture) throws InterruptedException {
        TensorRtGauge.Overlap overlap =
                new TensorRtGauge(gpu, clock).overlap(picture, (int) (BATCHES_A_SECOND * sliceMs / 1_000));
        verdicts.require(
                overlap.share() >= MIN_OVERLAP || gpu.lanes().size() == 1,
                "overlap by the GPU's events: %.1f %% of %d batches began to be copied before the one before was through"
                        + " (at least %.0f %%); copy and letterbox %.3f ms, network and copy back %.3f ms",
                100 * overlap.share(),
                overlap.batches(),
                100 * MIN_OVERLAP,
                overlap.meanLoadMs(),
                overlap.meanComputeMs());
    }

    private void throughput(TensorRtBackend gpu, Picture picture) throws InterruptedException {
        TensorRtGauge gauge = new TensorRtGauge(gpu, clock);
        gauge.networkOnly(sliceMs / 4);
        double before = gauge.networkOnly(sliceMs);
        WholePipeline.Seen seen = new WholePipeline(model, gpu, clock).measure(picture, sliceMs);
        double alone = Math.max(before, gauge.networkOnly(sliceMs));
        double fps = seen.framesPerSecond();
        verdicts.require(
                fps >= MIN_RATIO * alone,
                "throughput: %.0f pictures of %dx%d a second through the pipeline from %d decoded streams, the network"
                        + " alone %.0f (%s, batches of %d): %.1f %% (at least %.0f %%)",
                fps,
                WIDTH,
                HEIGHT,
                seen.streams(),
                alone,
                wanted.cudaGraphs() ? "with CUDA graphs" : "without CUDA graphs",
                gpu.maxBatch(),
                100 * fps / alone,
                100 * MIN_RATIO);
        seen.loads()
                .forEach(load -> verdicts.say(
                        "INFO thread %s%s: busy %.0f %% of the time",
                        load.thread(), load.count() > 1 ? " (each of " + load.count() + ")" : "", 100 * load.share()));
        verdicts.say("INFO bottleneck: %s", seen.bottleneck(alone));
    }

    private void latency(TensorRtBackend gpu, Picture picture) throws InterruptedException {
        Histogram idle = new Histogram(3);
        long untilNs = clock.nanoTime() + sliceMs * 1_000_000;
        Lane lane = gpu.lanes().get(0);
        while (clock.nanoTime() < untilNs) {
            long startNs = clock.nanoTime();
            lane.load(0, picture);
            lane.launch(1);
            lane.await();
            idle.recordValue(clock.nanoTime() - startNs);
        }
        Histogram loaded = new Histogram(3);
        flatOut(gpu, picture, sliceMs, loaded);
        verdicts.say("INFO latency of one picture alone: %s", percentiles(idle));
        verdicts.say("INFO latency of a batch with every lane busy: %s", percentiles(loaded));
    }

    private static String percentiles(Histogram ns) {
        return String.format(
                Locale.ROOT,
                "p50 %.3f ms, p90 %.3f, p99 %.3f, p99.9 %.3f, most %.3f",
                ns.getValueAtPercentile(50) / 1e6,
                ns.getValueAtPercentile(90) / 1e6,
                ns.getValueAtPercentile(99) / 1e6,
                ns.getValueAtPercentile(99.9) / 1e6,
                ns.getMaxValue() / 1e6);
    }

    /** Full batches through all lanes in turn; pictures a second. */
    private double flatOut(TensorRtBackend gpu, Picture picture, long ms, Histogram ns) throws InterruptedException {
        List<Lane> lanes = gpu.lanes();
        long[] startedNs = new long[lanes.size()];
        long startNs = clock.nanoTime();
        long untilNs = startNs + ms * 1_000_000;
        long launched = 0;
        while (launched < lanes.size() || clock.nanoTime() < untilNs) {
            int at = (int) (launched % lanes.size());
            if (launched >= lanes.size()) {
                finish(lanes.get(at), startedNs[at], ns);
            }
            startedNs[at] = clock.nanoTime();
            for (int row = 0; row < gpu.maxBatch(); row++) {
                lanes.get(at).load(row, picture);
            }
            lanes.get(at).launch(gpu.maxBatch());
            launched++;
        }
        for (int i = 0; i < lanes.size(); i++) {
            int at = (int) ((launched + i) % lanes.size());
            finish(lanes.get(at), startedNs[at], ns);
        }
        return launched * gpu.maxBatch() * 1e9 / (clock.nanoTime() - startNs);
    }

    private void finish(Lane lane, long startedNs, Histogram ns) throws InterruptedException {
        lane.await();
        if (ns != null) {
            ns.recordValue(clock.nanoTime() - startedNs);
        }
    }

    private void memory(TensorRtBackend gpu, Picture picture) throws InterruptedException {
        OptionalInt device = gpu.cudaDevice();
        if (device.isEmpty()) {
            verdicts.skip("memory and NVDEC", "several GPUs; name one with --device cuda:0");
            return;
        }
        Cuda.use(device.getAsInt());
        long before = Cuda.freeBytes();
        flatOut(gpu, picture, 3 * sliceMs, null);
        long taken = before - Cuda.freeBytes();
        verdicts.require(
                taken <= MAX_GROWTH_BYTES,
                "memory of the GPU: %d bytes more taken after %d s of work (%d MiB free)",
                taken,
                3 * sliceMs / 1_000,
                before >> 20);
    }

    private void decoder(TensorRtBackend gpu) throws InterruptedException {
        if (gpu.cudaDevice().isEmpty()) {
            return;
        }
        try (BenchClip clip = BenchClip.render(1920, 1080)) {
            decoder(gpu, clip.file());
        }
    }

    private void decoder(TensorRtBackend gpu, Path video) throws InterruptedException {
        DecodedPictures seen = new DecodedPictures(gpu.lanes().get(0));
        long startNs = clock.nanoTime();
        Ending ending;
        try (Source source = Sources.open(
                SourceSpec.recording(video),
                clock,
                Sources.DEFAULT_PICTURES,
                new Decoding(Decode.CUDA, gpu::cudaDevice))) {
            ending = source.run(seen);
        }
        double fps = seen.pictures() / seconds(startNs);
        if (seen.pictures() == 0) {
            notDecoded(ending.toString(), verdicts);
            return;
        }
        verdicts.require(
                seen.onGpu() == seen.pictures(),
                "NVDEC: %d pictures of 1920x1080 H.264, %d of them on the GPU, %.0f a second, network included",
                seen.pictures(),
                seen.onGpu(),
                fps);
        DecodedPictures host = new DecodedPictures(gpu.lanes().get(0));
        try (Source source = Sources.open(SourceSpec.recording(video), clock)) {
            source.run(host);
        }
        verdicts.require(
                host.pictures() == seen.pictures() && seen.difference(host) < 0.01,
                "NVDEC against the CPU's decoder: %d and %d pictures, outputs %.5f apart on average",
                seen.pictures(),
                host.pictures(),
                seen.difference(host));
    }

    /** No picture came from NVDEC: a failure, unless this GPU has no decoder for the most common of videos. */
    static void notDecoded(String ending, Verdicts verdicts) {
        if (ending.contains(NO_DECODER)) {
            verdicts.skip("NVDEC", "this GPU has no decoder for H.264: " + ending);
        } else {
            verdicts.require(false, "NVDEC: no picture of 1920x1080 H.264 was decoded: %s", ending);
        }
    }

    private double seconds(long sinceNs) {
        return (clock.nanoTime() - sinceNs) / 1e9;
    }
}
