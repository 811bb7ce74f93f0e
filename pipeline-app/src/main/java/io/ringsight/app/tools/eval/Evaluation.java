package io.ringsight.app.tools.eval;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.Progress;
import io.ringsight.app.tools.files.DeviceOptions;
import io.ringsight.app.tools.files.FileRun;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.supervise.Ending;
import java.util.ArrayList;
import java.util.List;

/** Pictures whose objects are known, to measure models on, one after the other. */
final class Evaluation {
    private static final float THRESHOLD = 0.001f;
    private static final double NS_PER_S = 1e9;

    private final List<PictureSet.Item> items;
    private final double iou;
    private final DeviceOptions device;
    private final Look look;

    /**
     * Measures on {@code items}.
     *
     * @param iou overlap from which a box counts as right
     * @param look what of each picture the models look at
     */
    Evaluation(List<PictureSet.Item> items, double iou, DeviceOptions device, Look look) {
        this.items = items;
        this.iou = iou;
        this.device = device;
        this.look = look;
    }

    /** Takes all pictures through a model. */
    Accuracy measure(ModelSpec model) throws InterruptedException {
        Scores scores = new Scores(truths(model.labels().size()));
        Clock clock = Clock.system();
        long elapsedNs;
        try (DetectorSwitch detectors = device.open(model, THRESHOLD);
                FileRun run = new FileRun(detectors, List.of(scores), clock);
                Progress progress = Progress.begin("eval", " pictures", items.size())) {
            long startNs = clock.nanoTime();
            readAll(run, progress);
            elapsedNs = clock.nanoTime() - startNs;
        }
        return Accuracy.of(model, scores.complete(), iou, items.size() * NS_PER_S / elapsedNs);
    }

    private List<GroundTruth> truths(int classes) {
        List<String> mistakes = new ArrayList<>();
        List<GroundTruth> truths = items.stream()
                .map(item -> LabelFile.read(item.labels(), classes, mistakes))
                .toList();
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
        return truths;
    }

    private void readAll(FileRun run, Progress progress) throws InterruptedException {
        FrameIntake intake = run.connect(new SourceId("eval"), look);
        for (int i = 0; i < items.size(); i++) {
            Ending ending = run.read(items.get(i).picture(), intake, Decoding.ON_CPU);
            long frames = intake.metrics().value(Counter.FRAMES_DECODED);
            if (!FileRun.isWhole(ending) || frames != i + 1) {
                String why = FileRun.isWhole(ending) ? "it holds more than one picture" : ending.detail();
                throw CommandException.failed("ringsight: " + items.get(i).picture() + ": expected a picture: " + why);
            }
            progress.step();
        }
        run.finish();
    }
}
