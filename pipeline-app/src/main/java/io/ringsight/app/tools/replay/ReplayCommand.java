package io.ringsight.app.tools.replay;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ConsumerOptions;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight replay}: what a configuration would have concluded from recorded messages. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Analyses recorded messages once more with the tracking, zones, lines, rules and parts of a"
                + " configuration, and prints the events and verdicts that differ from the recorded ones.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the same events and verdicts",
            "1:some differ, or the recording could not be read",
            "2:bad usage or configuration"
        },
        footer = {"", "Example: ringsight replay out/messages.jsonl -c conf/new-rules.yaml"})
public final class ReplayCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Messages, one a line, as the jsonl sink writes them.")
    private Path file;

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration with the rules to try.")
    private Path config;

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Instead of a file, the Kafka brokers: host:port,host:port.")
    private String bootstrap;

    @Option(names = "--topic", description = "The topic at --bootstrap; read from its beginning to where it ends now.")
    private String topic;

    @Mixin
    private ConsumerOptions consumer;

    @Option(
            names = "--json",
            description = "Print a JSON object for each difference, and one with the totals at the end.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException {
        checkWhere();
        Map<String, String> properties = consumer.properties();
        Path home = Path.of(System.getProperty("ringsight.home", ""));
        Config wanted = new ConfigReader(config, System.getenv(), home.toAbsolutePath(), ModelYaml::readForced).read();
        if (!wanted.secondsInUse().isEmpty()) {
            throw CommandException.usage(
                    "ringsight: " + config + ": expected no 'then': what second models say of objects is not replayed");
        }
        ReplayPrinter printer = new ReplayPrinter(spec.commandLine(), json);
        Replay replay = new Replay(wanted, printer::print);
        try {
            read(replay, properties);
            replay.end();
        } catch (ReplayException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
        if (replay.frames() == 0) {
            throw CommandException.failed("ringsight: " + where() + ": expected frames of the sources in " + config
                    + ", got none; messages of other sources: " + replay.foreign() + ", unreadable: "
                    + replay.unreadable());
        }
        printer.total(replay);
        return replay.isAsRecorded() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private String where() {
        return file != null ? file.toString() : "topic " + topic + " at " + bootstrap;
    }

    private void checkWhere() {
        boolean isTopic = bootstrap != null && topic != null;
        if (file == null != isTopic || file != null && (bootstrap != null || topic != null)) {
            throw CommandException.usage("ringsight: expected a FILE, or --bootstrap and --topic");
        }
        if (isTopic) {
            ConsumerOptions.check(bootstrap, topic);
        } else if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw CommandException.usage("ringsight: " + file + ": expected a file of messages that can be read");
        }
    }

    private void read(Replay replay, Map<String, String> properties) {
        if (file != null) {
            try {
                MessageLines.read(file, replay);
            } catch (IOException e) {
                throw CommandException.failed("ringsight: " + file + ": cannot be read any further: " + e.getMessage());
            }
            return;
        }
        try (TopicReader reader = TopicReader.open(bootstrap, topic, properties)) {
            reader.readToEnd(record -> {
                if (record.value() != null) {
                    replay.add(record.value(), "partition " + record.partition() + ", offset " + record.offset());
                }
            });
        } catch (TopicException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        }
    }
}
