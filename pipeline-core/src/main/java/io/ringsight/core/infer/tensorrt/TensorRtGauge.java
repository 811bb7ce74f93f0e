package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.TimedEvent;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the lanes of a backend on one GPU by the GPU's own clock. While it measures nobody else may use the lanes.
 * Used by one thread.
 */
public final class TensorRtGauge {
    private static final double NS_PER_SECOND = 1e9;

    private final TensorRtBackend backend;
    private final Clock clock;

    public TensorRtGauge(TensorRtBackend backend, Clock clock) {
        this.backend = backend;
        this.clock = clock;
    }

    /**
     * Batches that went through the lanes in turn.
     *
     * @param batches how many
     * @param overlapped of these, those whose copy to the GPU began before the batch before was through
     * @param meanLoadMs from the start of a batch's copy until it could be computed
     * @param meanComputeMs from then until its output was in host memory
     */
    public record Overlap(int batches, int overlapped, double meanLoadMs, double meanComputeMs) {
        /** Share of all batches but the first. */
        public double share() {
            return batches < 2 ? 0 : (double) overlapped / (batches - 1);
        }
    }

    /** Pictures a second of the network alone, queued on all lanes with nothing copied, for {@code ms} milliseconds. */
    public double networkOnly(long ms) throws InterruptedException {
        List<TensorRtLane> lanes = backend.measuredLanes();
        int rows = backend.maxBatch();
        long untilNs = clock.nanoTime() + ms * 1_000_000;
        long startNs = clock.nanoTime();
        long launched = 0;
        while (launched < lanes.size() || clock.nanoTime() < untilNs) {
            TensorRtLane lane = lanes.get((int) (launched % lanes.size()));
            if (launched >= lanes.size()) {
                lane.await();
            }
            lane.launchNetwork(rows);
            launched++;
        }
        for (TensorRtLane lane : lanes) {
            lane.await();
        }
        return launched * rows * NS_PER_SECOND / (clock.nanoTime() - startNs);
    }

    /** Sends {@code batches} full batches of one picture through the lanes, as many at a time as there are lanes. */
    public Overlap overlap(Picture picture, int batches) throws InterruptedException {
        List<TensorRtLane> lanes = backend.measuredLanes();
        List<LaneTimes> times = new ArrayList<>();
        List<double[]> all = new ArrayList<>();
        Closing closing = new Closing();
        try (TimedEvent start = TimedEvent.open()) {
            for (TensorRtLane lane : lanes) {
                LaneTimes one = new LaneTimes();
                times.add(one);
                lane.measure(one);
            }
            start.record(lanes.get(0).stream());
            for (int i = 0; i < batches + lanes.size(); i++) {
                int at = i % lanes.size();
                if (i >= lanes.size()) {
                    lanes.get(at).await();
                    all.add(times.get(at).ms(start));
                }
                if (i < batches) {
                    for (int row = 0; row < backend.maxBatch(); row++) {
                        lanes.get(at).load(row, picture);
                    }
                    lanes.get(at).launch(backend.maxBatch());
                }
            }
        } finally {
            lanes.forEach(lane -> lane.measure(null));
            times.forEach(closing::close);
        }
        return summary(all);
    }

    private static Overlap summary(List<double[]> all) {
        int overlapped = 0;
        double load = 0;
        double compute = 0;
        for (int i = 0; i < all.size(); i++) {
            double[] one = all.get(i);
            overlapped += i > 0 && one[0] < all.get(i - 1)[2] ? 1 : 0;
            load += one[1] - one[0];
            compute += one[2] - one[1];
        }
        return new Overlap(all.size(), overlapped, load / all.size(), compute / all.size());
    }
}
