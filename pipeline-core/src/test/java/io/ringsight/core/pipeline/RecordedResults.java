package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A sink that keeps a copy of everything it was given, for tests to wait for and look at. Thread-safe. */
public final class RecordedResults implements ResultSink {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(20);

    /**
     * One message. {@code classId} is -1 when nothing was found or it is a gap; {@code stagesNs} are queue, preprocess,
     * infer and post.
     */
    public record Recorded(
            String source,
            long frameSeq,
            long prevFrameSeq,
            Map<GapReason, Integer> losses,
            int classId,
            long latencyNs,
            List<Long> stagesNs,
            GapReason suspicion,
            String backend,
            String model,
            Gap gap) {
        public boolean isFrame() {
            return gap == null;
        }

        public int lost() {
            return losses.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private final List<Recorded> all = new ArrayList<>();

    @Override
    public void frame(FrameResult result, boolean lossless) {
        int classId = result.detections().size() == 0 ? -1 : result.detections().classId(0);
        add(new Recorded(
                result.sourceId().value(),
                result.frameSeq(),
                result.prevFrameSeq(),
                copy(result.losses()),
                classId,
                result.timings().latencyNs(),
                List.of(
                        result.timings().queueNs(),
                        result.timings().preprocessNs(),
                        result.timings().inferNs(),
                        result.timings().postNs()),
                result.suspicion(),
                result.backend(),
                result.model().name(),
                null));
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        add(new Recorded(
                gap.sourceId().value(),
                gap.lastFrameSeq(),
                gap.prevFrameSeq(),
                copy(gap.losses()),
                -1,
                0,
                List.of(),
                null,
                "",
                "",
                gap));
    }

    private static Map<GapReason, Integer> copy(FrameLosses losses) {
        Map<GapReason, Integer> copy = new EnumMap<>(GapReason.class);
        for (GapReason reason : GapReason.values()) {
            if (losses.count(reason) > 0) {
                copy.put(reason, losses.count(reason));
            }
        }
        return copy;
    }

    private synchronized void add(Recorded message) {
        all.add(message);
        notifyAll();
    }

    /** Waits until there are {@code count} messages, at most 20 s. */
    public synchronized List<Recorded> await(int count) throws InterruptedException {
        long endNs = System.nanoTime() + LIMIT_NS;
        while (all.size() < count) {
            long leftMs = (endNs - System.nanoTime()) / 1_000_000;
            assertThat(leftMs).as("%d messages, got %s", count, all).isPositive();
            wait(leftMs);
        }
        return List.copyOf(all);
    }

    public synchronized List<Recorded> all() {
        return List.copyOf(all);
    }

    /** The messages of one source. */
    public List<Recorded> of(String source) {
        return all().stream().filter(m -> m.source().equals(source)).toList();
    }

    /** Checks the promise of no silent loss for one source: numbers rise, and each step is accounted for. */
    public void assertAccountedFor(String source, long decoded) {
        long seq = 0;
        for (Recorded message : of(source)) {
            assertThat(message.prevFrameSeq()).as("%s", message).isEqualTo(seq);
            int self = message.isFrame() ? 1 : 0;
            assertThat(message.frameSeq()).as("%s", message).isEqualTo(seq + message.lost() + self);
            seq = message.frameSeq();
        }
        assertThat(seq).as("frames of %s accounted for", source).isEqualTo(decoded);
    }
}
