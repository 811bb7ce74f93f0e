package io.ringsight.app.tools.eval;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.pipeline.ResultSink;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Keeps what was found in each picture, by its number. Filled by the Publish thread, read when all is done. */
final class Scores implements ResultSink {
    private final List<GroundTruth> truths;
    private final AtomicReferenceArray<Scored> scored;

    Scores(List<GroundTruth> truths) {
        this.truths = truths;
        scored = new AtomicReferenceArray<>(truths.size());
    }

    @Override
    public void frame(FrameResult result, boolean lossless) {
        int index = Math.toIntExact(result.frameSeq() - 1);
        if (index < truths.size()) {
            scored.set(index, Scored.of(result, truths.get(index)));
        }
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        // Pictures that are missing are found by complete().
    }

    /** All pictures' scores; a picture without one is an error, because a mean without it would be wrong. */
    List<Scored> complete() {
        long missing = java.util.stream.IntStream.range(0, scored.length())
                .filter(i -> scored.get(i) == null)
                .count();
        if (missing > 0) {
            throw CommandException.failed("ringsight: " + missing + " of " + truths.size()
                    + " pictures could not be analysed; the log says why");
        }
        return java.util.stream.IntStream.range(0, scored.length())
                .mapToObj(scored::get)
                .toList();
    }
}
