package io.ringsight.core.pipeline;

import io.ringsight.core.detect.OutputException;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.run.LogThrottle;
import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of failures in the stages: of one frame, it is marked, counted and the rest goes on; of the device, the
 * pipeline's owner is told. The log gets at most one line a second, with how many it stands for.
 */
final class StageFailures {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(1);
    private static final long DETECTIONS_LOG_INTERVAL_NS = 60_000_000_000L;
    private static final long MISREAD_LOG_INTERVAL_NS = 60_000_000_000L;

    private final Clock clock;
    private final LogThrottle failures;
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private long nextDetectionsLogNs = Long.MIN_VALUE;
    private long nextMisreadLogNs = Long.MIN_VALUE;

    StageFailures(Clock clock) {
        this.clock = clock;
        failures = new LogThrottle(clock, LOG_INTERVAL);
    }

    /**
     * The frame's preprocessing or inference failed: it is lost as {@code inference-failed}, once, however many of its rows
     * failed. Collect thread only.
     */
    void ofFrame(FrameSlot slot, InferenceException e) {
        boolean isFirst = lose(slot);
        if (e.isFatal()) {
            ofDevice(e);
        } else if (isFirst) {
            tell("frame lost", slot, e);
        }
    }

    private static boolean lose(FrameSlot slot) {
        if (slot.failure != null) {
            return false;
        }
        slot.failure = GapReason.INFERENCE_FAILED;
        slot.source.metrics().count(Counter.FRAMES_INFERENCE_FAILED);
        return true;
    }

    /**
     * The model's output says nothing of its picture: the frame is lost as {@code inference-failed}. Where the model is
     * misread every later frame is, too: the log says so at once, and once a minute. Collect thread only.
     */
    void ofOutput(FrameSlot slot, OutputException e) {
        if (!e.isMisread()) {
            ofFrame(slot, InferenceException.ofFrame(e.getMessage(), e));
            return;
        }
        lose(slot);
        long nowNs = clock.nanoTime();
        if (slot.detector.misread().isEmpty() || nowNs >= nextMisreadLogNs) {
            slot.detector.misread(e.getMessage());
            nextMisreadLogNs = nowNs + MISREAD_LOG_INTERVAL_NS;
            LOG.error(
                    "{}: frame {}: {}; no frame is published from here on, each is lost as inference-failed, until a"
                            + " model that fits takes its place",
                    slot.sourceId(),
                    slot.frameSeq(),
                    e.getMessage());
        }
    }

    /**
     * The frame is published, but not all the model said of it: boxes that cannot be were left out, or the weakest of too
     * many. Counted; the log gets at most one line a minute. Collect thread only; allocates nothing between the lines.
     */
    void ofDetections(FrameSlot slot) {
        int invalid = slot.detections.invalid();
        boolean cut = slot.detections.isCut();
        slot.source.metrics().count(Counter.DETECTIONS_INVALID, invalid);
        slot.source.metrics().count(Counter.FRAMES_CUT, cut ? 1 : 0);
        long nowNs = clock.nanoTime();
        if (nowNs < nextDetectionsLogNs) {
            return;
        }
        nextDetectionsLogNs = nowNs + DETECTIONS_LOG_INTERVAL_NS;
        if (cut) {
            LOG.warn(
                    "{}: frame {} has more objects above the threshold than {}: the weakest were left out; raise the"
                            + " threshold (counter frames_cut)",
                    slot.sourceId(),
                    slot.frameSeq(),
                    slot.detections.capacity());
        }
        if (invalid > 0) {
            LOG.warn(
                    "{}: frame {}: left out {} objects that lie outside the picture or have no area (counter"
                            + " detections_invalid)",
                    slot.sourceId(),
                    slot.frameSeq(),
                    invalid);
        }
    }

    /** What a second model was to say of some objects is missing in their frame, which is published all the same. */
    void ofObjects(FrameSlot slot, String attribute, InferenceException e) {
        if (e.isFatal()) {
            ofDevice(e);
        } else {
            tell("no attribute " + attribute + " of some objects", slot, e);
        }
    }

    /** Nothing could be made of what was found in a frame; that is published all the same. */
    void ofAnalysis(FrameSlot slot, Throwable e) {
        slot.source.metrics().count(Counter.ANALYSIS_FAILURES);
        tell("analysis failed, tracks begin again", slot, e);
    }

    /** A sink threw: the result is missing there, the others have it. */
    void ofSink(FrameSlot slot, Throwable e) {
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

    /** Anything thrown as a failure of inference: an exception is of this frame, an {@link Error} is for good. */
    InferenceException asInferenceException(String what, Throwable e) {
        if (e instanceof InferenceException known) {
            return known;
        }
        String message = what + ": " + e;
        return e instanceof Error ? InferenceException.fatal(message, e) : InferenceException.ofFrame(message, e);
    }

    private void tell(String what, FrameSlot slot, Throwable e) {
        failures.tell(span -> {
            LOG.warn("{}: {}: {}{}", slot.sourceId(), what, e.getMessage(), span);
            LOG.debug("{}: {}", slot.sourceId(), what, e);
        });
    }
}
