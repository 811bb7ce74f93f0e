package io.ringsight.app.tools.acceptance;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.tools.files.LanesOption;
import io.ringsight.app.tools.files.OutputGuard;
import io.ringsight.app.tools.files.ShippedModelOption;
import io.ringsight.app.tools.files.Written;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight gpu-acceptance}: whether the GPU path keeps its promises on this machine's GPU; one report file. */
@Command(
        name = "gpu-acceptance",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Checks the GPU path on a machine with an NVIDIA GPU: engine, parity with the CPU, overlap,"
                + " throughput against the network alone, latency, memory, NVDEC. Writes a report; exit code 1 if a"
                + " check failed. scripts/gpu-acceptance runs it and all that belongs to it.")
public final class GpuAcceptanceCommand implements Callable<Integer> {
    private static final int VIDEO_DEPTH = 3;

    @Mixin
    private ShippedModelOption modelOption;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cuda:0",
            description = "cuda:N, or cuda for all GPUs (default: ${DEFAULT-VALUE}).")
    private String device;

    @Mixin
    private LanesOption lanes;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "Largest batch (default: 1).")
    private int batch;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Length of each measurement (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--videos", paramLabel = "DIR", description = "Compare the videos in this directory, too.")
    private Path videos;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "gpu-acceptance.txt",
            description = "The report (default: ${DEFAULT-VALUE}); beside it the same as .json and .html.")
    private Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || !device.startsWith("cuda")) {
            throw CommandException.usage(
                    "ringsight: gpu-acceptance: expected --seconds from 1 and --device cuda or cuda:N, got " + seconds
                            + " and " + device);
        }
        BackendSpec wanted;
        try {
            wanted = new BackendSpec(device, lanes.lanes(), batch);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("ringsight: gpu-acceptance: " + e.getMessage());
        }
        Path model = modelOption.path();
        new OutputGuard()
                .reads(model)
                .reads(ModelYaml.read(model).weights().file())
                .streams("-o", output, Written.REPORT)
                .inExistingFolder("-o", output)
                .writes("-o", beside("json"), Written.ACCEPTANCE)
                .writes("-o", beside("html"), Written.ACCEPTANCE_PAGE)
                .check();
        Path engines = Files.createTempDirectory("ringsight-engines");
        try (PrintWriter file = new PrintWriter(Files.newBufferedWriter(output, StandardCharsets.UTF_8))) {
            Verdicts verdicts = new Verdicts(file, spec.commandLine().getOut());
            new Acceptance(ModelYaml.read(model), wanted, seconds * 1_000L, Clock.system(), verdicts)
                    .run(engines, videos());
            verdicts.say("%s", verdicts.failed() == 0 ? "nothing failed" : verdicts.failed() + " failed");
            Files.writeString(beside("json"), verdicts.json());
            Files.writeString(beside("html"), verdicts.page());
            return verdicts.failed() == 0 ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IOException e) {
            throw CommandException.failed("ringsight: gpu-acceptance: " + output + ": " + e.getMessage());
        } finally {
            delete(engines);
        }
    }

    /** The report in another form: its name with another ending. */
    private Path beside(String ending) {
        String name = output.getFileName().toString().replaceFirst("\\.txt$", "");
        return output.resolveSibling(name + "." + ending);
    }

    private List<Path> videos() throws IOException {
        if (videos == null) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(videos, VIDEO_DEPTH)) {
            return files.filter(file -> file.toString().endsWith(".mp4"))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
