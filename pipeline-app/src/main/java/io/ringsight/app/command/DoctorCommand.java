package io.ringsight.app.command;

import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import io.ringsight.app.tools.doctor.Doctor;
import io.ringsight.app.tools.doctor.Finding;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight doctor}: what can run here and, for what cannot, the exact reason. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Says what can run on this machine, and why the rest cannot. The exit code is always 0.")
public final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Finding> findings = Doctor.examine();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(object(findings)));
            return ExitCode.DONE;
        }
        out.println("ringsight " + Version.current());
        for (Finding finding : findings) {
            out.printf("  %-3s %-14s %s%n", finding.usable() ? "yes" : "no", finding.name(), finding.detail());
        }
        return ExitCode.DONE;
    }

    private static Map<String, Object> object(List<Finding> findings) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("version", Version.current());
        List<Map<String, Object>> list =
                findings.stream().map(DoctorCommand::object).toList();
        object.put("findings", list);
        return object;
    }

    private static Map<String, Object> object(Finding finding) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", finding.name());
        object.put("usable", finding.usable());
        object.put("detail", finding.detail());
        return object;
    }
}
