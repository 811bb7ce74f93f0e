package io.ringsight.app.tools.eval;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Progress;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.tools.files.FileKinds;
import io.ringsight.app.tools.files.FileRun;
import io.ringsight.app.tools.files.ModelOption;
import io.ringsight.app.tools.files.OutputGuard;
import io.ringsight.app.tools.files.TensorIntake;
import io.ringsight.app.tools.files.Written;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelInput;
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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight tensors}: what the network gets to see, for calibrating quantised models. */
@Command(
        name = "tensors",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Writes what a model gets to see of each picture, bit for bit as the daemon fills its input: one"
                + " NumPy file a picture, DIR/NAME.npy, shape [1, 3, height, width]. For calibrating quantised models.")
public final class TensorsCommand implements Callable<Integer> {
    private static final int SPARE_PICTURES = 2;

    @Parameters(paramLabel = "IMAGES_DIR", description = "Folder of pictures.")
    private Path images;

    @Mixin
    private ModelOption model;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "Folder for the tensors; made if it is not there.")
    private Path output;

    @Option(names = "--list", paramLabel = "FILE", description = "Only the pictures named in this file, one a line.")
    private Path list;

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N pictures.")
    private Integer limit;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ModelException, ConfigException, InterruptedException {
        if (limit != null && limit < 1) {
            throw CommandException.usage("ringsight: --limit: expected a number of pictures from 1, got " + limit);
        }
        ModelSpec modelSpec = model.read();
        List<Path> pictures = PictureSet.pictures("IMAGES_DIR", images, list);
        if (limit != null && limit < pictures.size()) {
            pictures = pictures.subList(0, limit);
        }
        guard(pictures, modelSpec);
        writeAll(pictures, modelSpec.input());
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%d tensors of %s [1, 3, %d, %d] in %s%n",
                        pictures.size(),
                        modelSpec.input().type().name().toLowerCase(Locale.ROOT),
                        modelSpec.input().height(),
                        modelSpec.input().width(),
                        output);
        return ExitCode.DONE;
    }

    private void guard(List<Path> pictures, ModelSpec modelSpec) {
        OutputGuard guard = new OutputGuard()
                .reads(model.path())
                .reads(modelSpec.weights().file())
                .reads(list);
        pictures.forEach(guard::reads);
        pictures.forEach(picture -> guard.writes("-o", file(picture), Written.TENSOR));
        guard.check();
    }

    private Path file(Path picture) {
        return output.resolve(FileKinds.stem(picture) + ".npy");
    }

    private void writeAll(List<Path> pictures, ModelInput input) throws InterruptedException {
        Clock clock = Clock.system();
        try (TensorIntake intake = new TensorIntake(input, () -> {});
                Progress progress = Progress.begin("tensors", " pictures", pictures.size())) {
            Files.createDirectories(output);
            for (Path picture : pictures) {
                read(picture, intake, clock);
                NumpyFile.write(file(picture), input, intake.tensor());
                progress.step();
            }
        } catch (IOException e) {
            throw CommandException.failed("ringsight: -o: expected a folder that can be written to, but " + e);
        }
    }

    private static void read(Path picture, TensorIntake intake, Clock clock) throws InterruptedException {
        int before = intake.pictures();
        try (Source source = Sources.open(SourceSpec.recording(picture), clock, SPARE_PICTURES)) {
            Ending ending = source.run(intake);
            if (!FileRun.isWhole(ending) || intake.pictures() != before + 1) {
                String why = FileRun.isWhole(ending)
                        ? "it holds " + (intake.pictures() - before) + " pictures"
                        : ending.detail();
                throw CommandException.failed("ringsight: " + picture + ": expected a picture: " + why);
            }
        } catch (PreprocessException e) {
            throw CommandException.failed("ringsight: " + picture + ": expected a picture: " + e.getMessage());
        }
    }
}
