package io.ringsight.app.tools.inspect;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.tools.files.FileRun;
import io.ringsight.app.tools.files.OutputGuard;
import io.ringsight.app.tools.files.TensorIntake;
import io.ringsight.app.tools.files.Written;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight inspect}: what a model is made of and where its time goes. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Shows what a model is made of: inputs, outputs, parameters, arithmetic, memory, operators, and for each layer"
                    + " its precision and the time it takes here, beside the least it could take.",
            "With --reference it also tells how like the reference's each layer's output is: where a model that was"
                    + " shrunk goes wrong."
        },
        footer = {"", "Example: ringsight inspect pcb-defect-int8.yaml --reference pcb-defect.yaml --html report.html"})
public final class InspectCommand implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";
    private static final String DRAWN = "synthetic:pcb";
    private static final int SPARE_PICTURES = 4;

    @Parameters(paramLabel = "MODEL", description = "A .yaml file, or an .onnx file whose metadata says enough.")
    private Path model;

    @Option(
            names = "--reference",
            paramLabel = "MODEL",
            description = "The model it was made of, to compare layer by layer.")
    private Path reference;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page to look at: one file, nothing else.")
    private Path html;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write all of it as one JSON object; - is standard output, in place of the table.")
    private String json;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "Picture to run it on; matters to --reference (default: a drawn board).")
    private Path image;

    @Option(
            names = "--runs",
            defaultValue = "20",
            paramLabel = "N",
            description = "Runs, of which the fastest counts (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--layers",
            defaultValue = "15",
            paramLabel = "N",
            description = "Layers in the table, those that take longest; 0: all (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ModelException, ConfigException, InterruptedException {
        if (runs < 1 || runs > 1_000) {
            throw CommandException.usage("ringsight: --runs: expected a number from 1 to 1000, got " + runs);
        }
        if (layers < 0) {
            throw CommandException.usage("ringsight: --layers: expected a number from 0, got " + layers);
        }
        guard();
        Inspector inspector = inspector(model);
        Optional<Inspector> other = reference == null ? Optional.empty() : Optional.of(inspector(reference));
        try {
            Inspection inspection =
                    inspector.inspect(other, runs, image == null ? "a drawn board" : image.getFileName() + "");
            if (html != null) {
                Files.writeString(html, new HtmlReport(inspection).page());
            }
            if (json != null && !json.equals(STANDARD_OUTPUT)) {
                Files.writeString(Path.of(json), JsonObject.of(inspection.fields()) + "\n");
            }
            if (STANDARD_OUTPUT.equals(json)) {
                spec.commandLine().getOut().println(JsonObject.of(inspection.fields()));
            } else {
                new TextReport(inspection, spec.commandLine().getOut()).print(layers);
            }
        } catch (InferenceException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        } catch (IOException e) {
            throw CommandException.failed("ringsight: a report cannot be written: " + e.getMessage());
        }
        return ExitCode.DONE;
    }

    /** A report must not overwrite what it is about. */
    private void guard() throws ModelException, ConfigException {
        OutputGuard guard = new OutputGuard().reads(model).reads(reference).reads(image);
        guard.reads(ModelYaml.read(model).weights().file());
        if (reference != null) {
            guard.reads(ModelYaml.read(reference).weights().file());
        }
        guard.writes("--html", html, Written.PAGE);
        if (json != null && !json.equals(STANDARD_OUTPUT)) {
            guard.streams("--json", Path.of(json), Written.INSPECTION);
        }
        guard.check();
    }

    private Inspector inspector(Path file) throws ModelException, ConfigException, InterruptedException {
        ModelSpec read = ModelYaml.read(file);
        SourceSpec picture = image == null ? SourceSpec.parse(DRAWN) : SourceSpec.recording(image);
        try (Source source = Sources.open(picture, Clock.system(), SPARE_PICTURES);
                TensorIntake intake = new TensorIntake(read.input(), source::stop)) {
            Ending ending = source.run(intake);
            if (intake.pictures() == 0) {
                throw CommandException.failed("ringsight: --image: expected a picture, but "
                        + (FileRun.isWhole(ending) ? "there is none in " + image : ending.detail()));
            }
            return new Inspector(read, intake.tensor());
        } catch (PreprocessException e) {
            throw CommandException.failed("ringsight: --image: " + image + ": " + e.getMessage());
        }
    }
}
