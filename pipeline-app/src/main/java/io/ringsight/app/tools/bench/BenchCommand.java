package io.ringsight.app.tools.bench;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.tools.files.DeviceOptions;
import io.ringsight.app.tools.files.LanesOption;
import io.ringsight.app.tools.files.ShippedModelOption;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight bench}: what this machine does, and how near that is to what it could do. */
@Command(
        name = "bench",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Measures throughput against the composite limit, latency percentiles, allocation and the cost of"
                + " many cameras, on this machine. Takes about three minutes; run nothing beside it.")
public final class BenchCommand implements Callable<Integer> {
    private static final float THRESHOLD = 0.25f;

    @Mixin
    private ShippedModelOption modelOption;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Video to measure with (default: a moving test picture of 1280x720, encoded for it).")
    private Path input;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Length of each single measurement (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--cameras",
            paramLabel = "N",
            defaultValue = "32",
            description = "Measure 1, 2, 4, … up to N cameras; 0 for none (default: ${DEFAULT-VALUE}).")
    private int cameras;

    @Mixin
    private LanesOption lanes;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}). The composite limit is the CPU's.")
    private String device;

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || cameras < 0 || cameras > 64 || lanes.lanes() < 0) {
            throw CommandException.usage(
                    "ringsight: bench: expected --seconds from 1, --cameras 0 to 64 and --lanes from 0, got " + seconds
                            + ", " + cameras + " and " + lanes.lanes());
        }
        if (input != null && !Files.isRegularFile(input)) {
            throw CommandException.usage("ringsight: bench: --input: expected a video, found no file at " + input);
        }
        ModelSpec loaded = ModelYaml.read(modelOption.path());
        if (input != null) {
            return measure(loaded, input, input.getFileName().toString());
        }
        progress("encoding a video");
        try (BenchClip clip = BenchClip.render(1280, 720)) {
            return measure(loaded, clip.file(), "test picture 1280x720, H.264");
        }
    }

    private int measure(ModelSpec loaded, Path video, String name) throws InterruptedException {
        SourceSpec clip = new SourceSpec.Recording(video, true, SourceSpec.Pace.ASAP, Map.of());
        try (DetectorSwitch detectors = DeviceOptions.open(loaded, THRESHOLD, device, lanes)) {
            Figures figures =
                    new Bench(loaded, detectors, clip, Clock.system(), seconds * 1_000L, this::progress).run(cameras);
            Report report = new Report(
                    figures, TestBed.here(), modelOption.path().getFileName().toString(), name, command());
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                report.json(out);
            } else {
                report.table(out);
            }
        }
        return 0;
    }

    private String command() {
        return "ringsight "
                + String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
    }

    private void progress(String next) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("bench: " + next);
        err.flush();
    }
}
