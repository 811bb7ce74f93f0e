package io.ringsight.app.command;

import io.ringsight.app.CommandException;
import io.ringsight.app.JsonObject;
import io.ringsight.app.Main;
import io.ringsight.app.Version;
import io.ringsight.app.config.ConfigException;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.app.http.HealthPages;
import io.ringsight.app.http.HttpPages;
import io.ringsight.app.http.VerifyPage;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.KafkaSinkSpec;
import io.ringsight.sinks.kafka.TopicException;
import io.ringsight.sinks.kafka.TopicReader;
import io.ringsight.sinks.verify.Findings;
import io.ringsight.sinks.verify.TopicVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
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
    private static final int MOST_SECONDS = 86_400;

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

    @Option(names = "--json", description = "Print one JSON object; with --follow one a report.")
    private boolean json;

    @Option(
            names = "--follow",
            description =
                    "Go on reading until SIGTERM or SIGINT: reports what changed, and complains in the log of frames"
                            + " that stay unaccounted for. Waits for a broker that is away.")
    private boolean follow;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How often --follow reports (default: ${DEFAULT-VALUE}).")
    private int everySeconds;

    @Option(
            names = "--http",
            paramLabel = "[HOST:]PORT",
            description = "With --follow, serve Prometheus /metrics there; HOST is 127.0.0.1 if left out.")
    private String http;

    @ParentCommand
    private Main ringsight;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        checkWhere();
        if (everySeconds < 1 || everySeconds > MOST_SECONDS) {
            throw CommandException.usage(
                    List.of("ringsight: --every: expected 1 to " + MOST_SECONDS + ", came " + everySeconds));
        }
        if (http != null && !follow) {
            throw CommandException.usage(List.of("ringsight: --http: expected with --follow only"));
        }
        Map<String, String> properties = properties();
        Findings findings = follow ? follow(properties) : read(properties);
        tell(findings);
        return findings.isComplete() ? Main.DONE : Main.FAILED;
    }

    private void tell(Findings findings) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(object(findings)));
        } else {
            print(out, findings);
        }
        out.flush();
    }

    private Findings follow(Map<String, String> properties) throws ConfigException, InterruptedException {
        VerifyFollow following = new VerifyFollow(Clock.system(), Duration.ofSeconds(everySeconds));
        ringsight.onTermination(following::stop);
        Findings[] told = {following.findings()};
        HttpPages pages = pages(following);
        try {
            return following.run(() -> TopicReader.open(bootstrap, topic, properties), now -> {
                if (!now.equals(told[0])) {
                    told[0] = now;
                    tell(now);
                }
            });
        } finally {
            if (pages != null) {
                pages.close();
            }
        }
    }

    private HttpPages pages(VerifyFollow following) throws ConfigException {
        if (http == null) {
            return null;
        }
        int colon = http.lastIndexOf(':');
        String port = http.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw CommandException.usage(List.of("ringsight: --http: expected PORT or HOST:PORT, came '" + http + "'"));
        }
        String host = colon < 0 ? HttpConfig.DEFAULT_BIND : http.substring(0, colon);
        HttpConfig where =
                new HttpConfig(host, Integer.parseInt(port), new Place(Path.of("ringsight verify"), 1, "--http"));
        return HttpPages.open(
                where,
                Map.of(
                        "/metrics",
                        new VerifyPage(following::findings, following::isReading),
                        "/live",
                        HealthPages.live()));
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
        object.put("end", epoch.end());
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
        remark(out, "messages whose time went back or jumped", findings.sum(Findings.Epoch::timeJumps));
        remark(
                out,
                "runs that ended without a word (what followed their last message is unknown)",
                findings.epochs().stream()
                        .filter(epoch -> epoch.end().equals("unknown"))
                        .count());
        remark(out, "frames before the topic's retention", findings.sum(Findings.Epoch::before));
        remark(out, "records that are no messages of ringsight", findings.foreign());
    }

    private static void remark(PrintWriter out, String what, long count) {
        if (count > 0) {
            out.println(what + ": " + count);
        }
    }
}
