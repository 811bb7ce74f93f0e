package io.ringsight.core.pipeline;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of failures in the stages: of one frame, it is marked, counted and the rest goes on; of the device, the
 * pipeline's owner is told. The log gets at most one line a second, with how many it stands for.
 */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
    private static final long LOG_INTERVAL_NS = 1_000_000_000L;

    private final Clock clock;
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private long nextLogNs = Long.MIN_VALUE;
    private long untold;

    Failures(Clock clock) {
        this.clock = clock;
    }

    /** The frame's preprocessing or inference failed: it is lost as {@code inference-failed}. */
    void ofFrame(FrameSlot slot, InferenceException e) {
        slot.failure = GapReason.INFERENCE_FAILED;
        slot.source.metrics().count(Counter.FRAMES_INFERENCE_FAILED);
        if (e.isFatal()) {
            ofDevice(e);
        } else {
            tell("frame lost", slot, e);
        }
    }

    /** A sink threw: the result may be missing there, the others have it. */
    void ofSink(FrameSlot slot, RuntimeException e) {
        slot.source.metrics().count(Counter.SINK_FAILURES);
        tell("sink failed", slot, e);
    }

    /** Nothing can be computed any more. */
    void ofDevice(Throwable e) {
        broken.complete(e);
    }

    /** Completed with the cause when the pipeline can do no more work. */
    CompletionStage<Throwable> broken() {
        return broken;
    }

    /** Any exception as one of inference. */
    InferenceException asInferenceException(String what, RuntimeException e) {
        return e instanceof InferenceException known ? known : InferenceException.ofFrame(what + ": " + e, e);
    }

    private synchronized void tell(String what, FrameSlot slot, RuntimeException e) {
        untold++;
        long nowNs = clock.nanoTime();
        if (nowNs >= nextLogNs) {
            LOG.warn(
                    "{}: {}: {} ({} failures since the last such line)", slot.sourceId(), what, e.getMessage(), untold);
            LOG.debug("{}: {}", slot.sourceId(), what, e);
            untold = 0;
            nextLogNs = nowNs + LOG_INTERVAL_NS;
        }
    }
}
