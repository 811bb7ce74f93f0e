package io.ringsight.app.command;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.tools.dataset.EvidenceExport;
import io.ringsight.sinks.evidence.EvidenceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight evidence}: the pictures that are kept, for training. */
@Command(
        name = "evidence",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Makes training data of the pictures that are kept. The daemon may be running.")
public final class EvidenceCommand implements Runnable {
    private static final int MAX_PERCENT = 100;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "expected export, got nothing");
    }

    /** {@code ringsight evidence export}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false,
            description = {
                "Writes a data set in YOLO's form of the boards that people reviewed: confirmed, accepted and repaired defects"
                        + " as boxes, false calls as background, missed ones where their place is known.",
                "No board is both in the part to train and in the part to measure with. detector.train, in"
                        + " scripts/model, takes it."
            },
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {"0:written", "1:a file cannot be read or written", "2:bad usage or configuration"})
    int export(
            @Mixin ConfigOption config,
            @Parameters(paramLabel = "DIR", description = "Where to; must be empty, if it is there.") Path dir,
            @Option(
                            names = "--dev",
                            paramLabel = "PERCENT",
                            defaultValue = "20",
                            description = "Share of the boards to measure with, 0 to 100. Default: ${DEFAULT-VALUE}.")
                    int devPercent)
            throws ConfigException {
        Config read = config.read();
        EvidenceSpec evidence = read.evidence()
                .orElseThrow(() -> refused(
                        "evidence: expected a configuration that keeps pictures, but it has no section evidence"));
        if (devPercent < 0 || devPercent > MAX_PERCENT) {
            throw refused("--dev: expected a number from 0 to 100, got " + devPercent);
        }
        try {
            if (Files.exists(dir) && !isEmptyDirectory(dir)) {
                throw refused("expected an empty directory or none, but there is something at " + dir);
            }
            spec.commandLine().getOut().println(new EvidenceExport(read, evidence.dir(), dir, devPercent).run());
        } catch (IOException | UncheckedIOException e) {
            throw CommandException.failed("ringsight: evidence export: " + e);
        }
        return ExitCode.DONE;
    }

    private static boolean isEmptyDirectory(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            return false;
        }
        try (Stream<Path> there = Files.list(dir)) {
            return there.findAny().isEmpty();
        }
    }

    private CommandLine.ParameterException refused(String why) {
        return new CommandLine.ParameterException(spec.commandLine(), why);
    }
}
