package io.ringsight.app.tools.detect;

import io.ringsight.app.tools.detect.Inputs.Input;
import io.ringsight.app.tools.files.FileRun;
import io.ringsight.app.tools.files.Sampling;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.Look;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.supervise.Ending;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads inputs one after the other into a run and accounts for what failed. Used by the command's thread. */
final class DetectionRun {
    private static final List<GapReason> FAILURES = List.of(GapReason.CORRUPT, GapReason.INFERENCE_FAILED);

    private final FileRun run;
    private final Sampling sampling;
    private final Decoding decoding;
    private final WantedClasses classes;
    private final AnalysisSpec analysis;
    private final Look look;
    private final List<String> failures = new ArrayList<>();
    private final Map<Input, SourceMetrics> metrics = new LinkedHashMap<>();

    DetectionRun(
            FileRun run,
            Sampling sampling,
            Decoding decoding,
            WantedClasses classes,
            AnalysisSpec analysis,
            Look look) {
        this.analysis = analysis;
        this.look = look;
        this.classes = classes;
        this.decoding = decoding;
        this.run = run;
        this.sampling = sampling;
    }

    /**
     * Reads one input to its end and tells it in a gap message, as the daemon does.
     *
     * @return whether to go on: false when the run was stopped
     */
    boolean read(Input input) throws InterruptedException {
        FrameIntake intake =
                run.connect(input.id(), input.isPicture() ? Sampling.ALL : sampling, classes, analysis, look);
        metrics.put(input, intake.metrics());
        Ending ending = run.read(input.file(), intake, decoding);
        intake.gap(ending.reason(), ending.detail());
        if (ending.reason() == GapReason.STOPPED) {
            return false;
        }
        if (!FileRun.isWhole(ending)) {
            failures.add(failure(input.file(), ending));
        } else if (intake.metrics().value(Counter.FRAMES_DECODED) == 0) {
            failures.add(input.file() + " ends before --start");
        }
        return true;
    }

    /** Which file, and why; many reasons name the file themselves. */
    private static String failure(Path file, Ending ending) {
        String why = ending.detail().isEmpty() ? ending.reason().sentence() : ending.detail();
        return why.contains(file.toString()) ? why : file + ": " + why;
    }

    /** What failed, a line for each failure. Call it when all results have come. */
    List<String> failures() {
        List<String> all = new ArrayList<>(failures);
        metrics.forEach((input, counted) -> {
            String lost = lost(counted);
            if (!lost.isEmpty()) {
                all.add(input.file() + ": of " + counted.value(Counter.FRAMES_DECODED)
                        + " frames some could not be analysed: " + lost);
            }
        });
        return all;
    }

    private static String lost(SourceMetrics counted) {
        List<String> parts = new ArrayList<>();
        FAILURES.forEach(reason -> {
            long frames = counted.value(Counter.of(reason));
            if (frames > 0) {
                parts.add(frames + " " + reason.wireName() + " (" + reason.sentence() + ")");
            }
        });
        return String.join(", ", parts);
    }
}
