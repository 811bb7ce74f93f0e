package io.ringsight.app;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Failures;
import io.ringsight.app.cli.Version;
import io.ringsight.app.command.CheckCommand;
import io.ringsight.app.command.DeadLettersCommand;
import io.ringsight.app.command.DoctorCommand;
import io.ringsight.app.command.EvidenceCommand;
import io.ringsight.app.command.ProbeCommand;
import io.ringsight.app.command.RunCommand;
import io.ringsight.app.command.VerifyCommand;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.natives.NativeLibraries;
import io.ringsight.app.tools.acceptance.GpuAcceptanceCommand;
import io.ringsight.app.tools.bench.BenchCommand;
import io.ringsight.app.tools.demo.DemoCommand;
import io.ringsight.app.tools.detect.DetectCommand;
import io.ringsight.app.tools.eval.EvalCommand;
import io.ringsight.app.tools.eval.TensorsCommand;
import io.ringsight.app.tools.inspect.InspectCommand;
import io.ringsight.app.tools.replay.ReplayCommand;
import io.ringsight.core.model.ModelException;
import io.ringsight.sources.spec.Redaction;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program. Commands are classes of their own, listed here; each is a {@code Callable<Integer>} or {@code Runnable}
 * that prints results to its command line's {@code getOut()} and ends with {@link CommandException},
 * {@link ConfigException} or {@link ModelException} for what the user can mend. Commands are made at every start: they
 * load no native library before they are called.
 */
@Command(
        name = "ringsight",
        description =
                "Watches cameras, finds objects or defects, publishes one trustworthy message per frame to Kafka.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Exit codes: 0 done, 1 failed while running, 2 bad usage or configuration."},
        subcommands = {
            // one a line
            RunCommand.class,
            BenchCommand.class,
            CheckCommand.class,
            ProbeCommand.class,
            DoctorCommand.class,
            VerifyCommand.class,
            ReplayCommand.class,
            DeadLettersCommand.class,
            EvidenceCommand.class,
            DetectCommand.class,
            EvalCommand.class,
            TensorsCommand.class,
            InspectCommand.class,
            DemoCommand.class,
            GpuAcceptanceCommand.class,
        })
public final class Main implements Runnable {
    private static final String NO_COMMAND = "a command is missing";

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print stack traces of failures and log more.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs one command line and returns its exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        NativeLibraries.liftJavaCppLimits();
        Main main = new Main();
        CommandLine line = new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, wrong) -> misused(e))
                .setExecutionExceptionHandler((e, at, parsed) -> new Failures(err, main.debug).report(e))
                .setExecutionStrategy(parsed -> main.execute(parsed));
        try {
            return line.execute(args);
        } catch (Error e) {
            // The command line library hands on exceptions only; a native library that does not load is an Error.
            return new Failures(err, main.debug).report(e);
        } finally {
            out.flush();
            err.flush();
        }
    }

    private int execute(ParseResult parsed) {
        Logging.configure(debug);
        ParseResult command = parsed.subcommand();
        // The doctor says itself where libraries cannot be unpacked.
        if (command != null
                && !command.isUsageHelpRequested()
                && !command.commandSpec().name().equals("doctor")) {
            try {
                NativeLibraries.prepare();
            } catch (IOException e) {
                return new Failures(spec.commandLine().getErr(), debug)
                        .report(CommandException.failed("ringsight: " + e.getMessage()));
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), NO_COMMAND);
    }

    private static int misused(ParameterException e) {
        CommandLine at = e.getCommandLine();
        if (NO_COMMAND.equals(e.getMessage())) {
            at.usage(at.getErr());
            return ExitCode.USAGE;
        }
        String message = Redaction.text(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        String name = at.getCommandSpec().qualifiedName();
        at.getErr().println("ringsight: " + message + suggestion(e) + " (see: " + name + " --help)");
        return ExitCode.USAGE;
    }

    private static String suggestion(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        return unmatched.getSuggestions().stream()
                .findFirst()
                .map(nearest -> "; did you mean '" + nearest + "'?")
                .orElse("");
    }
}
