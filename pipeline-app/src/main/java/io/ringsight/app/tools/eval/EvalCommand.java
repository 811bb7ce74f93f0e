package io.ringsight.app.tools.eval;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.model.GateYaml;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.tools.files.DeviceOptions;
import io.ringsight.app.tools.files.TileOptions;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight eval}: measures a model on pictures whose objects are known, alone or against another. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Measures how good a model is on pictures with YOLO label files: average precision of each class, their"
                    + " mean, and the best F-score with the confidence that gives it.",
            "With --compare it measures two, tells what each class lost, and ends with 1 if the second has lost more"
                    + " than --max-drop. --write-gate keeps that in its model YAML: the daemon refuses a model that"
                    + " failed, or whose file, labels or settings are not those that were measured."
        },
        footer = {"", "Detections above confidence 0.001 count; precision is interpolated at all points."})
public final class EvalCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private Models models;

    /** One model or two. */
    private static final class Models {
        @Option(
                names = {"-m", "--model"},
                required = true,
                paramLabel = "MODEL",
                description = "Model: a .yaml file, or an .onnx file whose metadata says enough.")
        private Path model;

        @Option(
                names = "--compare",
                required = true,
                arity = "2",
                paramLabel = "MODEL",
                description = "The reference, and the model that was made of it.")
        private List<Path> compare;
    }

    @Mixin
    private DeviceOptions device;

    @Mixin
    private TileOptions tiles;

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

    @Option(
            names = "--max-drop",
            defaultValue = "0.005",
            paramLabel = "DROP",
            description = "With --compare: the most that mAP, at --iou and at 0.50 to 0.95, may be lower than the"
                    + " reference's (default: ${DEFAULT-VALUE}).")
    private double maxDrop;

    @Option(
            names = "--write-gate",
            description = "With --compare: write the outcome into the second model's YAML, passed or not.")
    private boolean writeGate;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        check();
        if (models.compare != null) {
            return compare(models.compare.get(0), models.compare.get(1));
        }
        ModelSpec model = ModelYaml.readDetector(models.model);
        report(evaluation().measure(model));
        return ExitCode.DONE;
    }

    private void check() {
        tiles.look();
        if (!(iou > 0 && iou <= 1)) {
            throw CommandException.usage("ringsight: --iou: expected a number above 0 and up to 1, got " + iou);
        }
        if (!(maxDrop >= 0 && maxDrop <= 1)) {
            throw CommandException.usage("ringsight: --max-drop: expected a number from 0 to 1, got " + maxDrop);
        }
        if (writeGate && models.compare == null) {
            throw CommandException.usage("ringsight: --write-gate: expected two models to --compare, got one");
        }
        if (writeGate && !ModelYaml.isYaml(models.compare.get(1))) {
            throw CommandException.usage("ringsight: --write-gate: expected a model YAML to write into, got "
                    + models.compare.get(1) + "; a YAML of one line will do: file: "
                    + models.compare.get(1).getFileName());
        }
    }

    private Evaluation evaluation() {
        List<PictureSet.Item> items = PictureSet.of(images, labels, list);
        long missing =
                items.stream().filter(item -> !Files.exists(item.labels())).count();
        if (missing > 0) {
            spec.commandLine()
                    .getErr()
                    .println("ringsight: " + missing + " of " + items.size() + " pictures have no label file in "
                            + labels + ": they count as pictures without objects");
        }
        return new Evaluation(items, iou, device, tiles.look());
    }

    private int compare(Path reference, Path candidate)
            throws ModelException, ConfigException, InterruptedException, IOException {
        ModelSpec referenceModel = ModelYaml.readDetector(reference);
        ModelSpec candidateModel = ModelYaml.readDetector(candidate);
        Comparison.checkLabels(referenceModel, candidateModel);
        Evaluation evaluation = evaluation();
        Accuracy referenceAccuracy = evaluation.measure(referenceModel);
        if (Double.isNaN(referenceAccuracy.means().mAP())) {
            throw CommandException.usage(
                    "ringsight: --labels: expected objects in the label files, but there are none");
        }
        Comparison comparison = new Comparison(referenceAccuracy, evaluation.measure(candidateModel), maxDrop);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(comparison.fields()));
        } else {
            comparison.print(out);
        }
        if (writeGate) {
            GateYaml.write(candidate, comparison.gate());
        }
        if (!comparison.gate().passed()) {
            throw CommandException.failed("ringsight: " + candidate + " has lost too much: " + comparison.verdict());
        }
        return ExitCode.DONE;
    }

    private void report(Accuracy accuracy) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(accuracy.fields()));
        } else {
            accuracy.print(out);
        }
    }
}
