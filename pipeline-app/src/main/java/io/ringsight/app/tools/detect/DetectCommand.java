package io.ringsight.app.tools.detect;

import com.github.f4b6a3.ulid.UlidCreator;
import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Progress;
import io.ringsight.app.cli.Signals;
import io.ringsight.app.cli.Version;
import io.ringsight.app.tools.detect.Inputs.Input;
import io.ringsight.app.tools.files.DeviceOptions;
import io.ringsight.app.tools.files.FileRun;
import io.ringsight.app.tools.files.ModelOption;
import io.ringsight.app.tools.files.OutputGuard;
import io.ringsight.app.tools.files.TileOptions;
import io.ringsight.app.tools.files.VideoLength;
import io.ringsight.app.tools.files.VideoOptions;
import io.ringsight.app.tools.files.Written;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight detect}: videos and pictures to messages and annotated videos and pictures. */
@Command(
        name = "detect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Finds objects in videos and pictures: one message a picture as a line of JSON, and pictures with"
                + " boxes drawn into them if wanted.",
        footer = {
            "",
            "Exit codes: 0 done, 1 an input or a frame failed, 2 bad usage, 130 or 143 stopped by Ctrl-C or SIGTERM: all"
                    + " outputs are complete up to there.",
            "Example: ringsight detect clip.mp4 -m conf/models/pcb-defect.yaml -o found.jsonl --annotate found.mp4"
        })
public final class DetectCommand implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";

    @Parameters(
            arity = "1..*",
            paramLabel = "INPUT",
            description = "Videos, pictures, folders of them, globs (clips/*.mp4) or numbered sequences"
                    + " (board%%04d.png); anything FFmpeg reads.")
    private List<Path> inputs;

    @Mixin
    private ModelOption model;

    @Mixin
    private DeviceOptions device;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where messages go; - is standard output (default, unless there is --annotate).")
    private String output;

    @Option(
            names = "--annotate",
            paramLabel = "OUT",
            description = "Draw what was found: into one video, NAME.mp4, or into a folder, each input by itself.")
    private Path annotate;

    @Option(
            names = "--threshold",
            paramLabel = "CONFIDENCE",
            description = "Least confidence, 0 to 1 (default: the model's own).")
    private Float threshold;

    @Mixin
    private TileOptions tiles;

    @Mixin
    private Selection selection;

    @Mixin
    private VideoOptions video;

    @Spec
    private CommandSpec spec;

    /** The exit code, when a signal came. */
    private final CompletableFuture<Integer> stopped = new CompletableFuture<>();

    private final List<String> failures = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
            throw CommandException.usage("ringsight: --threshold: expected a number from 0 to 1, got " + threshold);
        }
        Signals.onTermination((int exitCode) -> stopped.complete(exitCode));
        selection.sampling();
        tiles.look();
        video.decoding();
        ModelSpec modelSpec = model.read();
        selection.classes(modelSpec.labels());
        Inputs found = Inputs.of(inputs);
        List<Input> files = found.files();
        AnnotatedFiles annotated = annotate == null ? null : new AnnotatedFiles(annotate, files);
        guard(files, modelSpec, annotated);
        found.notes().forEach(spec.commandLine().getErr()::println);
        float least = threshold != null ? threshold : modelSpec.threshold();
        try (DetectorSwitch detectors = device.open(modelSpec, least);
                Lines lines = lines();
                Annotator annotator = annotator(files, annotated, modelSpec)) {
            detect(files, detectors, modelSpec, lines, annotator);
        }
        failures.forEach(failure -> spec.commandLine().getErr().println("ringsight: " + failure));
        if (stopped.isDone()) {
            spec.commandLine().getErr().println("ringsight: stopped; what was read so far has been written");
            return stopped.join();
        }
        return failures.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** Before anything is opened: no output may be an input, another output, or somebody else's file. */
    private void guard(List<Input> files, ModelSpec modelSpec, AnnotatedFiles annotated) {
        OutputGuard guard =
                new OutputGuard().reads(model.path()).reads(modelSpec.weights().file());
        files.forEach(file -> guard.reads(file.file()));
        String target = target();
        if (STANDARD_OUTPUT.equals(target)) {
            guard.writesStandardOutput();
        } else if (target != null) {
            Path path = Path.of(target);
            guard.streams("-o", path, Written.MESSAGES).inExistingFolder("-o", path);
        }
        if (annotated != null) {
            annotated.declare(guard);
        }
        guard.check();
        if (annotated != null) {
            annotated.makeFolder();
        }
    }

    /** Where messages go; null for nowhere. */
    private String target() {
        return output != null ? output : annotate == null ? STANDARD_OUTPUT : null;
    }

    private Lines lines() {
        String target = target();
        if (target == null) {
            return null;
        }
        String epoch = UlidCreator.getMonotonicUlid().toString();
        MessageJson json = new MessageJson(epoch, Clock.system());
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
            List<Input> files, DetectorSwitch detectors, ModelSpec modelSpec, Lines lines, Annotator annotator)
            throws InterruptedException {
        try (Progress progress = Progress.begin("detect", " pictures", total(files))) {
            List<ResultSink> sinks = sinks(lines, annotator, progress);
            try (FileRun run = new FileRun(detectors, sinks, Clock.system())) {
                DetectionRun detection = new DetectionRun(
                        run,
                        selection.sampling(),
                        video.decoding(),
                        selection.classes(modelSpec.labels()),
                        selection.analysis(),
                        tiles.look());
                stopped.thenRun(run::stop);
                for (Input file : files) {
                    if (!detection.read(file)) {
                        break;
                    }
                    check(lines, annotator);
                }
                run.finish();
                failures.addAll(detection.failures());
            }
            if (annotator != null) {
                annotator.finish();
            }
            if (lines != null) {
                lines.finish();
            }
            check(lines, annotator);
        }
    }

    private List<ResultSink> sinks(Lines lines, Annotator annotator, Progress progress) {
        List<ResultSink> sinks = new ArrayList<>();
        if (lines != null) {
            sinks.add(lines);
        }
        if (annotator != null) {
            sinks.add(annotator);
        }
        sinks.add(new Steps(progress));
        return sinks;
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

    /** Pictures in all files; -1 when a video does not tell. A pipe can be opened once only, so it is not asked. */
    private static long total(List<Input> files) {
        long total = 0;
        for (Input file : files) {
            long pictures =
                    file.isPicture() ? 1 : !Files.isRegularFile(file.file()) ? -1 : VideoLength.pictures(file.file());
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
