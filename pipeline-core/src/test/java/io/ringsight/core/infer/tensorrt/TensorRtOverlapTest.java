package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.cuda.CudaDouble.Span;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That copies and computing overlap, read off the double's timeline. */
@Tag("cuda-double")
@Timeout(300)
class TensorRtOverlapTest {
    private static final int BATCHES = 24;
    /** Where the CPU is busy with other things, the double's network is made slower: ratios are what counts. */
    private static final int[] NETWORK_US = {15_000, 60_000, 200_000};

    @TempDir
    private Path folder;

    private CudaDouble device;

    private record Batch(long queuedNs, long firstCopyNs, long computedNs, long endNs) {}

    private record Measured(int batches, int overlapped, int fewestInFlight) {}

    @BeforeEach
    void load() {
        device = CudaDouble.load();
    }

    @ParameterizedTest(name = "{0} lanes of {1}, graphs: {2}")
    @CsvSource({"2, 1, false", "3, 1, true", "3, 4, true", "4, 4, false"})
    void copiesTheNextBatchWhileOneIsComputed(int lanes, int maxBatch, boolean graphs) throws InterruptedException {
        List<Measured> all = new ArrayList<>();
        for (int networkUs : NETWORK_US) {
            Measured measured = measure(lanes, maxBatch, graphs, networkUs);
            System.out.printf(
                    "%d lanes of %d, graphs %s, network of %d us: %s%n", lanes, maxBatch, graphs, networkUs, measured);
            all.add(measured);
            if (measured.overlapped() >= 0.9 * (measured.batches() - 1)
                    && measured.fewestInFlight() >= lanes - 1
                    && measured.batches() >= BATCHES) {
                return;
            }
        }
        assertThat(all)
                .as("at least 90%% of copies during the batch before, at least %d batches in flight", lanes - 1)
                .isEmpty();
    }

    private Measured measure(int lanes, int maxBatch, boolean graphs, int networkUs) throws InterruptedException {
        DoubleRun run = new DoubleRun(new TinyOnnx().batch(0), folder).oneSize();
        device.set("delay=0 shuffle=0 network=0 seed=6");
        try (InferenceBackend backend = run.open(lanes, maxBatch, graphs)) {
            run.run(backend, 2 * lanes * maxBatch);
            device.reset();
            device.set("delay=300 shuffle=0 network=" + networkUs);
            DoubleRun.assertRight(run.run(backend, BATCHES * maxBatch), BATCHES * maxBatch);
        }
        assertThat(device.reports()).isEmpty();
        List<Batch> batches = batches();
        int overlapped = 0;
        for (int i = 1; i < batches.size(); i++) {
            overlapped += batches.get(i).firstCopyNs() < batches.get(i - 1).computedNs() ? 1 : 0;
        }
        return new Measured(batches.size(), overlapped, fewestInFlight(batches, lanes));
    }

    /** At the end of each batch, while frames wait: how many others have been launched and are not done. */
    private static int fewestInFlight(List<Batch> batches, int lanes) {
        int fewest = Integer.MAX_VALUE;
        for (Batch ended : batches.subList(lanes - 1, batches.size() - lanes)) {
            long nowNs = ended.endNs();
            int others = (int) batches.stream()
                    .filter(other -> other.queuedNs() < nowNs && other.endNs() > nowNs)
                    .count();
            fewest = Math.min(fewest, others);
        }
        return fewest;
    }

    /** Copies in, kernels, network and copy out of each stream, put together in the order the copies began. */
    private List<Batch> batches() {
        TreeMap<Integer, List<Span>> streams = new TreeMap<>();
        for (Span span : device.timeline()) {
            streams.computeIfAbsent(span.stream(), id -> new ArrayList<>()).add(span);
        }
        List<Batch> batches = new ArrayList<>();
        for (List<Span> spans : streams.values()) {
            spans.sort(Comparator.comparingLong(Span::sequence));
            long firstCopyNs = 0;
            Span network = null;
            for (Span span : spans) {
                switch (span.kind()) {
                    case "copy-in" -> firstCopyNs = firstCopyNs == 0 ? span.startNs() : firstCopyNs;
                    case "network" -> network = span;
                    case "copy-out" -> {
                        batches.add(new Batch(network.queuedNs(), firstCopyNs, network.endNs(), span.endNs()));
                        firstCopyNs = 0;
                    }
                    default -> {}
                }
            }
        }
        batches.sort(Comparator.comparingLong(Batch::firstCopyNs));
        return batches;
    }
}
