package io.ringsight.app.command;

import io.ringsight.app.CommandException;
import io.ringsight.app.JsonObject;
import io.ringsight.app.Main;
import io.ringsight.app.Version;
import io.ringsight.sinks.kafka.KafkaSinkSpec;
import io.ringsight.sinks.kafka.TopicException;
import io.ringsight.sinks.kafka.TopicReader;
import io.ringsight.sinks.verify.Findings;
import io.ringsight.sinks.verify.TopicVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight verify}: accounts for every frame from the messages of a topic alone. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Reads a topic from its beginning to where it ends now and accounts for every frame: each must be in a message"
                    + " or counted in a gap.",
            "Exit code 0 when nothing is unaccounted, 1 when something is, 2 for bad usage."
        })
public final class VerifyCommand implements Callable<Integer> {
    @Option(
            names = "--bootstrap",
            required = true,
            paramLabel = "HOST:PORT",
            description = "The Kafka brokers: host:port,host:port.")
    private String bootstrap;

    @Option(names = "--topic", required = true, description = "The topic.")
    private String topic;

    @Option(
            names = "--property",
            paramLabel = "NAME=VALUE",
            description = "A Kafka consumer property, e.g. for TLS or SASL; may be given again and again.")
    private Map<String, String> given = Map.of();

    @Option(
            names = "--properties",
            paramLabel = "FILE",
            description = "A file of Kafka consumer properties: keeps passwords off the command line.")
    private Path file;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        checkWhere();
        Findings findings = read(properties());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(object(findings)));
        } else {
            print(out, findings);
        }
        return findings.isComplete() ? Main.DONE : Main.FAILED;
    }

    private void checkWhere() {
        Map<String, String> problems = new KafkaSinkSpec(bootstrap, topic, Map.of()).problems();
        if (!problems.isEmpty()) {
            throw CommandException.usage(problems.entrySet().stream()
                    .map(problem -> "ringsight: " + (problem.getKey().equals("topic") ? "--topic" : "--bootstrap")
                            + ": " + problem.getValue())
                    .toList());
        }
    }

    private Map<String, String> properties() {
        Map<String, String> all = new LinkedHashMap<>();
        if (file != null) {
            Properties read = new Properties();
            try (var in = Files.newBufferedReader(file)) {
                read.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw CommandException.usage("ringsight: --properties " + file + ": expected a readable file of"
                        + " name=value lines, came: " + e.getClass().getSimpleName());
            }
            read.forEach((name, value) -> all.put(name.toString(), value.toString()));
        }
        all.putAll(given);
        List<String> mistakes = TopicReader.problems(all).entrySet().stream()
                .map(problem -> "ringsight: Kafka property " + problem.getKey() + ": " + problem.getValue())
                .toList();
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
        return all;
    }

    private Findings read(Map<String, String> properties) {
        TopicVerifier verifier = new TopicVerifier();
        try (TopicReader reader = TopicReader.open(bootstrap, topic, properties)) {
            Set<Integer> withoutBeginning = reader.partitionsWithoutBeginning();
            reader.readToEnd(record -> verifier.add(record.value(), withoutBeginning.contains(record.partition())));
        } catch (TopicException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
        return verifier.findings();
    }

    private static Map<String, Object> object(Findings findings) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("frames", findings.frames());
        object.put("gapFrames", findings.gapFrames());
        object.put("unaccounted", findings.unaccounted());
        object.put("duplicates", findings.duplicates());
        object.put("disorder", findings.disorder());
        object.put("sources", findings.sources());
        object.put("contradictions", findings.sum(Findings.Epoch::contradictions));
        object.put("timeJumps", findings.sum(Findings.Epoch::timeJumps));
        object.put("before", findings.sum(Findings.Epoch::before));
        object.put("foreign", findings.foreign());
        object.put(
                "epochs", findings.epochs().stream().map(VerifyCommand::object).toList());
        return object;
    }

    private static Map<String, Object> object(Findings.Epoch epoch) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("sourceId", epoch.sourceId());
        object.put("streamEpoch", epoch.streamEpoch());
        object.put("lastFrameSeq", epoch.lastFrameSeq());
        object.put("frames", epoch.frames());
        object.put("gapFrames", epoch.gapFrames());
        object.put("unaccounted", epoch.unaccounted());
        object.put("duplicates", epoch.duplicates());
        object.put("disorder", epoch.disorder());
        object.put("contradictions", epoch.contradictions());
        object.put("timeJumps", epoch.timeJumps());
        object.put("before", epoch.before());
        return object;
    }

    private void print(PrintWriter out, Findings findings) {
        if (findings.epochs().isEmpty()) {
            out.println("topic " + topic + " holds no messages of ringsight");
        } else {
            String row = "%-20s %-26s %10s %10s %11s %10s %8s%n";
            out.printf(row, "source", "epoch", "frames", "in gaps", "unaccounted", "duplicates", "disorder");
            for (Findings.Epoch epoch : findings.epochs()) {
                out.printf(
                        row,
                        epoch.sourceId(),
                        epoch.streamEpoch(),
                        epoch.frames(),
                        sum(epoch.gapFrames()),
                        epoch.unaccounted(),
                        epoch.duplicates(),
                        epoch.disorder());
            }
            out.printf(
                    row,
                    "all",
                    "",
                    findings.frames(),
                    sum(findings.gapFrames()),
                    findings.unaccounted(),
                    findings.duplicates(),
                    findings.disorder());
        }
        remarks(out, findings);
        out.println(findings.isComplete() ? "complete: nothing is unaccounted" : "NOT complete");
    }

    private static long sum(Map<String, Long> gapFrames) {
        return gapFrames.values().stream().mapToLong(frames -> frames).sum();
    }

    private static void remarks(PrintWriter out, Findings findings) {
        findings.gapFrames().forEach((reason, frames) -> out.printf("frames in gaps, %s: %d%n", reason, frames));
        remark(out, "messages whose counts do not add up", findings.sum(Findings.Epoch::contradictions));
        remark(out, "frames taken before their predecessor", findings.sum(Findings.Epoch::timeJumps));
        remark(out, "frames before the topic's retention", findings.sum(Findings.Epoch::before));
        remark(out, "records that are no messages of ringsight", findings.foreign());
    }

    private static void remark(PrintWriter out, String what, long count) {
        if (count > 0) {
            out.println(what + ": " + count);
        }
    }
}
