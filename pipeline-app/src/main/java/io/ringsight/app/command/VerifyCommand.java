package io.ringsight.app.command;

import io.ringsight.app.api.HealthPages;
import io.ringsight.app.api.VerifyPage;
import io.ringsight.app.api.VerifyState;
import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ConsumerOptions;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Signals;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.HttpPages;
import io.ringsight.app.http.Route;
import io.ringsight.client.verify.Expectations;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.Judgement;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import io.ringsight.sinks.kafka.read.TopicRecord;
import io.ringsight.sinks.kafka.read.TopicRecords;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
                    + " or counted in a gap, once and in order.",
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:complete: nothing is missing, counted twice or out of order, and all that was expected is there",
            "1:incomplete, or cannot tell: nothing was read that proves it, or the broker did not answer",
            "2:bad usage"
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_SILENCE_SECONDS = 31 * 86_400;
    private static final Duration RETRY = Duration.ofSeconds(2);

    @Option(
            names = "--bootstrap",
            required = true,
            paramLabel = "HOST:PORT",
            description = "The Kafka brokers: host:port,host:port.")
    private String bootstrap;

    @Option(names = "--topic", required = true, description = "The topic.")
    private String topic;

    @Mixin
    private ConsumerOptions consumer;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Begin at this record time: RFC 3339 such as 2026-11-28T06:00:00Z, or an age such as 12h.")
    private String since;

    @Option(
            names = "--expect-source",
            paramLabel = "NAME",
            description = "A source that must have a message; may be given again and again.")
    private List<String> expected = List.of();

    @Option(
            names = "--max-silence",
            paramLabel = "SECONDS",
            description = "The longest a source may say nothing, unless it ended or was stopped.")
    private Integer maxSilenceSeconds;

    @Option(
            names = "--strict",
            description = "Also hold against the topic: duplicates, clocks that jump, late gaps, foreign records, what"
                    + " retention took, and runs that ended without a word.")
    private boolean strict;

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
            description =
                    "With --follow, serve /live, /ready and Prometheus /metrics there; HOST is 127.0.0.1 if left out.")
    private String http;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        ConsumerOptions.check(bootstrap, topic);
        checkOptions();
        Map<String, String> properties = consumer.properties();
        Optional<Instant> from =
                since == null ? Optional.empty() : Optional.of(new SinceOption(Clock.system()).instant(since));
        Expectations expectations = new Expectations(
                Set.copyOf(expected), Optional.ofNullable(maxSilenceSeconds).map(Duration::ofSeconds), strict);
        return follow
                ? follow(() -> TopicReader.open(bootstrap, topic, properties, from), expectations)
                : read(() -> TopicReader.open(bootstrap, topic, properties, from), expectations);
    }

    private void checkOptions() {
        List<String> mistakes = new ArrayList<>();
        if (everySeconds < 1 || everySeconds > MAX_SECONDS) {
            mistakes.add("ringsight: --every: expected 1 to " + MAX_SECONDS + ", got " + everySeconds);
        }
        if (maxSilenceSeconds != null && (maxSilenceSeconds < 1 || maxSilenceSeconds > MAX_SILENCE_SECONDS)) {
            mistakes.add(
                    "ringsight: --max-silence: expected 1 to " + MAX_SILENCE_SECONDS + ", got " + maxSilenceSeconds);
        }
        expected.stream()
                .filter(name -> !SourceId.isValid(name))
                .forEach(name ->
                        mistakes.add("ringsight: --expect-source: expected a source's name, got '" + name + "'"));
        if (http != null && !follow) {
            mistakes.add("ringsight: --http: expected with --follow only");
        }
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
    }

    private interface Opener {
        TopicReader open() throws TopicException;
    }

    private int read(Opener opener, Expectations expectations) {
        TopicVerifier verifier = new TopicVerifier();
        List<String> doubts = new ArrayList<>();
        try (TopicReader reader = opener.open()) {
            reader.readToEnd(new Records(verifier));
            if (reader.missingOffsets() > 0) {
                doubts.add(VerifyText.missingRecords(reader.missingOffsets()));
            }
        } catch (TopicException e) {
            if (json) {
                print(VerifyText.error(e.getMessage()));
            }
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
        Findings findings = verifier.findings();
        long nowMs = TimeUnit.NANOSECONDS.toMillis(Clock.system().epochNanos());
        Map<String, Long> silentMs = new TreeMap<>();
        for (Findings.Source source : findings.bySource()) {
            long sinceMs = source.isOver() ? 0 : nowMs - source.lastPublishedMs();
            long longestMs = Math.max(sinceMs, source.longestSilenceMs());
            silentMs.put(source.sourceId(), longestMs);
            if (maxSilenceSeconds != null && longestMs + source.setBackMs() > 1_000L * maxSilenceSeconds) {
                doubts.add(VerifyText.setBack(source));
            }
        }
        Judgement judgement = expectations.judge(findings, silentMs, doubts);
        tell(findings, judgement);
        return judgement.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void tell(Findings findings, Judgement judgement) {
        if (json) {
            print(VerifyText.object(findings, judgement));
        } else {
            PrintWriter out = spec.commandLine().getOut();
            VerifyText.print(out, findings, judgement);
            out.flush();
        }
    }

    private void print(Map<String, Object> object) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(JsonObject.of(object));
        out.flush();
    }

    private int follow(Opener opener, Expectations expectations) throws ConfigException, InterruptedException {
        VerifyFollow following = new VerifyFollow(
                Clock.system(), new VerifyFollow.Settings(Duration.ofSeconds(everySeconds), RETRY, expectations));
        Signals.onTermination(following::stop);
        HttpPages pages = pages(following);
        VerifyState[] told = {following.state()};
        try {
            VerifyState last = following.run(opener::open, now -> {
                if (!now.findings().equals(told[0].findings())
                        || !now.judgement().equals(told[0].judgement())) {
                    told[0] = now;
                    tell(now.findings(), now.judgement());
                }
            });
            tell(last.findings(), last.judgement());
            return last.judgement().isComplete() ? ExitCode.DONE : ExitCode.FAILED;
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
            throw CommandException.usage(List.of("ringsight: --http: expected PORT or HOST:PORT, got '" + http + "'"));
        }
        String host = colon < 0 ? HttpConfig.DEFAULT_BIND : http.substring(0, colon);
        HttpConfig where =
                new HttpConfig(host, Integer.parseInt(port), new Place(Path.of("ringsight verify"), 1, "--http"));
        return HttpPages.open(
                where,
                List.of(
                        Route.open("/live", HealthPages.live()),
                        Route.open("/ready", VerifyPage.ready(following::state)),
                        Route.open("/metrics", new VerifyPage(following::state))),
                new Counters<>(HttpCounter.class));
    }

    private record Records(TopicVerifier verifier) implements TopicRecords {
        @Override
        public void record(TopicRecord record) {
            verifier.add(record.partition(), record.value());
        }

        @Override
        public void removed(int partition) {
            verifier.removed(partition);
        }

        @Override
        public void restarted(int partition) {
            verifier.restarted(partition);
        }
    }
}
