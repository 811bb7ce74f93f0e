package io.ringsight.app.eval;

import io.ringsight.app.CommandException;
import io.ringsight.app.JsonObject;
import io.ringsight.app.Main;
import io.ringsight.app.Progress;
import io.ringsight.app.Version;
import io.ringsight.app.files.FileRun;
import io.ringsight.app.files.ModelOptions;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Ending;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight eval}: measures a model on pictures whose objects are known. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Measures how good a model is on pictures with YOLO label files: average precision of each class,"
                + " their mean, and the best F-score with the confidence that gives it.",
        footer = {"", "Detections above confidence 0.001 count; precision is interpolated at all points."})
public final class EvalCommand implements Callable<Integer> {
    private static final float THRESHOLD = 0.001f;
    private static final double NS_PER_S = 1e9;

    @Mixin
    private ModelOptions model;

    @Option(names = "--images", required = true, paramLabel = "DIR", description = "Folder of pictures.")
    private Path images;

    @Option(
            names = "--labels",
            required = true,
            paramLabel = "DIR",
            description = "Folder of label files: NAME.txt for each picture, \"class x y width height\" a line.")
    private Path labels;

    @Option(names = "--list", paramLabel = "FILE", description = "Only the pictures named in this file, one a line.")
    private Path list;

    @Option(
            names = "--iou",
            defaultValue = "0.33",
            paramLabel = "IOU",
            description = "Overlap from which a box counts as right (default: ${DEFAULT-VALUE}).")
    private double iou;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (!(iou > 0 && iou <= 1)) {
            throw CommandException.usage("ringsight: --iou: expected a number above 0 and up to 1, came " + iou);
        }
        ModelSpec modelSpec = model.read();
        List<PictureSet.Item> items = PictureSet.of(images, labels, list);
        List<GroundTruth> truths = truths(items, modelSpec.labels().size());
        Scores scores = new Scores(truths);
        Clock clock = Clock.system();
        long elapsedNs;
        try (InferenceBackend backend = model.open(modelSpec);
                FileRun run = new FileRun(backend, modelSpec, THRESHOLD, List.of(scores), clock);
                Progress progress = Progress.begin("eval", " pictures", items.size())) {
            long startNs = clock.nanoTime();
            readAll(run, items, progress);
            elapsedNs = clock.nanoTime() - startNs;
        }
        report(modelSpec, scores.complete(), items.size() * NS_PER_S / elapsedNs);
        return Main.DONE;
    }

    private static List<GroundTruth> truths(List<PictureSet.Item> items, int classes) {
        List<String> mistakes = new ArrayList<>();
        List<GroundTruth> truths = items.stream()
                .map(item -> LabelFile.read(item.labels(), classes, mistakes))
                .toList();
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
        return truths;
    }

    private static void readAll(FileRun run, List<PictureSet.Item> items, Progress progress)
            throws InterruptedException {
        FrameIntake intake = run.connect(new SourceId("eval"));
        for (int i = 0; i < items.size(); i++) {
            Ending ending = run.read(items.get(i).picture(), intake);
            long frames = intake.metrics().value(io.ringsight.core.metrics.Counter.FRAMES_DECODED);
            if (!FileRun.isWhole(ending) || frames != i + 1) {
                String why = FileRun.isWhole(ending) ? "it holds more than one picture" : ending.detail();
                throw CommandException.failed("ringsight: " + items.get(i).picture() + ": expected a picture: " + why);
            }
            progress.step();
        }
        run.finish();
    }

    private void report(ModelSpec modelSpec, List<Scored> scored, double fps) {
        AveragePrecision precision =
                new AveragePrecision(scored, modelSpec.labels().size());
        double[] ofClasses = precision.ofClasses(iou);
        Map<String, Double> classes = new LinkedHashMap<>();
        for (int c = 0; c < ofClasses.length; c++) {
            if (!Double.isNaN(ofClasses[c])) {
                classes.put(modelSpec.label(c), ofClasses[c]);
            }
        }
        AveragePrecision.BestScore best = precision.bestScore(iou);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("images", scored.size());
        result.put("mAP", AveragePrecision.mean(ofClasses));
        result.put("mAP50", precision.mean(0.5));
        result.put("mAP50_95", precision.mean50to95());
        result.put("fScore", best.score());
        result.put("threshold", best.threshold());
        result.put("classes", classes);
        result.put("fps", fps);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(result));
        } else {
            print(out, modelSpec, result, classes);
        }
    }

    private void print(PrintWriter out, ModelSpec modelSpec, Map<String, Object> result, Map<String, Double> classes) {
        out.printf(
                Locale.ROOT,
                "%s on %d pictures, %.1f pictures a second%n%n",
                modelSpec.name(),
                result.get("images"),
                result.get("fps"));
        int width = classes.keySet().stream().mapToInt(String::length).max().orElse(0);
        classes.forEach(
                (name, value) -> out.printf(Locale.ROOT, "  %-" + Math.max(width, 12) + "s  AP %.4f%n", name, value));
        out.printf(Locale.ROOT, "%n  mAP at IoU %.2f      %.4f%n", iou, result.get("mAP"));
        out.printf(Locale.ROOT, "  mAP at IoU 0.50      %.4f%n", result.get("mAP50"));
        out.printf(Locale.ROOT, "  mAP at 0.50 to 0.95  %.4f%n", result.get("mAP50_95"));
        out.printf(
                Locale.ROOT,
                "  best F-score         %.4f at confidence %.3f (IoU %.2f)%n",
                result.get("fScore"),
                result.get("threshold"),
                iou);
    }
}
