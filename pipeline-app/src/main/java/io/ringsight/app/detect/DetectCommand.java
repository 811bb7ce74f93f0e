package io.ringsight.app.detect;

import com.github.f4b6a3.ulid.UlidCreator;
import io.ringsight.app.CommandException;
import io.ringsight.app.Main;
import io.ringsight.app.Progress;
import io.ringsight.app.Version;
import io.ringsight.app.detect.Inputs.Input;
import io.ringsight.app.files.FileRun;
import io.ringsight.app.files.FilmLength;
import io.ringsight.app.files.ModelOptions;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.ModelIdentity;
import io.ringsight.sources.Ending;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight detect}: films and pictures to messages and annotated films and pictures. */
@Command(
        name = "detect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Finds objects in films and pictures: one message a picture as a line of JSON, and pictures with"
                + " boxes drawn into them if wanted.",
        footer = {
            "",
            "Example: ringsight detect clip.mp4 -m conf/models/pcb-defect.yaml -o found.jsonl --annotate found.mp4"
        })
public final class DetectCommand implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";

    @Parameters(
            arity = "1..*",
            paramLabel = "INPUT",
            description = "Films, pictures, or folders of pictures; anything FFmpeg reads.")
    private List<Path> inputs;

    @Mixin
    private ModelOptions model;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where messages go; - is standard output (default, unless there is --annotate).")
    private String output;

    @Option(
            names = "--annotate",
            paramLabel = "OUT",
            description = "Draw what was found: into one film, NAME.mp4, or into a folder, each input by itself.")
    private Path annotate;

    @Option(
            names = "--threshold",
            paramLabel = "CONFIDENCE",
            description = "Least confidence, 0 to 1 (default: the model's own).")
    private Float threshold;

    @Spec
    private CommandSpec spec;

    private final List<String> failures = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
            throw CommandException.usage("ringsight: --threshold: expected a number from 0 to 1, came " + threshold);
        }
        ModelSpec modelSpec = model.read();
        List<Input> files = Inputs.of(inputs);
        AnnotatedFiles annotated = annotate == null ? null : new AnnotatedFiles(annotate);
        try (InferenceBackend backend = model.open(modelSpec);
                Lines lines = lines(modelSpec, backend);
                Annotator annotator = annotator(files, annotated, modelSpec)) {
            detect(files, backend, modelSpec, lines, annotator);
        }
        failures.forEach(spec.commandLine().getErr()::println);
        return failures.isEmpty() ? Main.DONE : Main.FAILED;
    }

    private Lines lines(ModelSpec modelSpec, InferenceBackend backend) {
        String target = output != null ? output : annotate == null ? STANDARD_OUTPUT : null;
        if (target == null) {
            return null;
        }
        String epoch = UlidCreator.getMonotonicUlid().toString();
        MessageJson json = new MessageJson(epoch, ModelIdentity.of(modelSpec, backend.name()), Clock.system());
        return target.equals(STANDARD_OUTPUT)
                ? Lines.to(spec.commandLine().getOut(), json)
                : Lines.to(Path.of(target), json);
    }

    private static Annotator annotator(List<Input> files, AnnotatedFiles annotated, ModelSpec modelSpec) {
        return annotated == null
                ? null
                : new Annotator(
                        files.stream()
                                .collect(Collectors.toMap(file -> file.id().value(), file -> file)),
                        annotated,
                        modelSpec);
    }

    private void detect(
            List<Input> files, InferenceBackend backend, ModelSpec modelSpec, Lines lines, Annotator annotator)
            throws InterruptedException {
        try (Progress progress = Progress.begin("detect", " pictures", total(files))) {
            List<ResultSink> sinks = new ArrayList<>();
            if (lines != null) {
                sinks.add(lines);
            }
            if (annotator != null) {
                sinks.add(annotator);
            }
            sinks.add(new Steps(progress));
            float least = threshold != null ? threshold : modelSpec.threshold();
            try (FileRun run = new FileRun(backend, modelSpec, least, sinks, Clock.system())) {
                for (Input file : files) {
                    read(run, file);
                    check(lines, annotator);
                }
                run.finish();
            }
            if (annotator != null) {
                annotator.finish();
            }
            check(lines, annotator);
        }
    }

    private void read(FileRun run, Input input) throws InterruptedException {
        FrameIntake intake = run.connect(input.id());
        Ending ending = run.read(input.file(), intake);
        if (!FileRun.isWhole(ending)) {
            failures.add("ringsight: "
                    + (ending.detail().isEmpty()
                            ? input.file() + ": " + ending.reason().sentence()
                            : ending.detail()));
            intake.gap(ending.reason(), ending.detail());
        }
    }

    private static void check(Lines lines, Annotator annotator) {
        String failure = lines == null ? null : lines.failure();
        if (failure == null && annotator != null) {
            failure = annotator.failure();
        }
        if (failure != null) {
            throw CommandException.failed("ringsight: " + failure);
        }
    }

    /** Pictures in all files; -1 when a film does not tell. */
    private static long total(List<Input> files) {
        long total = 0;
        for (Input file : files) {
            long pictures = file.isPicture() ? 1 : FilmLength.pictures(file.file());
            if (pictures < 0) {
                return -1;
            }
            total += pictures;
        }
        return total;
    }

    /** A step of the progress bar for each picture. */
    private record Steps(Progress progress) implements ResultSink {
        @Override
        public void frame(FrameResult result, boolean lossless) {
            progress.step();
        }

        @Override
        public void gap(Gap gap, boolean lossless) {
            // No picture, no step.
        }
    }
}
