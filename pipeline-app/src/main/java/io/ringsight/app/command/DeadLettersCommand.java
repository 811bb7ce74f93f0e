package io.ringsight.app.command;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.deadletter.DeadLetter;
import io.ringsight.sinks.kafka.deadletter.DeadLetterReader;
import io.ringsight.sinks.kafka.deadletter.DeadLetterResend;
import io.ringsight.sinks.spool.SpoolException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight deadletters}: the messages no broker took, which Kafka sinks with a spool set aside. */
@Command(
        name = "deadletters",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Lists the messages that brokers refused for good (too large, invalid), or sends them again once the cause is"
                    + " mended. The daemon may be running."
        })
public final class DeadLettersCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "expected list or resend, got nothing");
    }

    /** {@code ringsight deadletters list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false,
            description = "Lists them, those set aside longest first, without those that were sent again.",
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {"0:listed, be there any or none", "1:a file cannot be read", "2:bad usage or configuration"
            })
    int list(@Mixin Options options) throws ConfigException {
        PrintWriter out = spec.commandLine().getOut();
        for (KafkaSinkSpec sink : options.sinks()) {
            Path dir = sink.spool().orElseThrow().dir();
            try (DeadLetterReader letters = DeadLetterReader.open(dir)) {
                list(letters, dir, options.json, out);
            } catch (IOException e) {
                throw CommandException.failed("ringsight: " + because(e, dir));
            }
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static void list(DeadLetterReader letters, Path dir, boolean json, PrintWriter out) throws IOException {
        String row = "%-27s %-20s %-20s %-21s %10s  %s%n";
        long count = 0;
        long bytes = 0;
        for (DeadLetter letter = letters.next(); letter != null; letter = letters.next()) {
            if (json) {
                out.println(JsonObject.of(object(letter)));
            } else {
                if (count == 0) {
                    out.printf(row, "set aside", "topic", "source", "frames", "bytes", "reason");
                }
                out.printf(
                        row,
                        letter.setAsideAt(),
                        letter.topic(),
                        letter.message().sourceId().value(),
                        frames(letter),
                        letter.bytes(),
                        printable(letter.reason()));
            }
            count++;
            bytes += letter.bytes();
        }
        if (json) {
            Map<String, Object> sum = new LinkedHashMap<>();
            sum.put("dir", dir);
            sum.put("count", count);
            sum.put("bytes", bytes);
            sum.put("unreadable", letters.unreadable());
            out.println(JsonObject.of(sum));
        } else {
            out.println(count + (count == 1 ? " dead letter" : " dead letters") + " in " + dir
                    + (count == 0 ? "" : ", " + bytes + " bytes") + damaged(letters.unreadable()));
        }
    }

    private static Map<String, Object> object(DeadLetter letter) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("setAsideAt", letter.setAsideAt());
        object.put("topic", letter.topic());
        object.put("messageId", letter.messageId());
        object.put("type", letter.message().type().wireName());
        object.put("sourceId", letter.message().sourceId().value());
        object.put("streamEpoch", letter.message().key().streamEpoch());
        object.put("prevFrameSeq", letter.message().key().prevFrameSeq());
        object.put("frameSeq", letter.lastFrameSeq());
        object.put("bytes", letter.bytes());
        object.put("reason", letter.reason());
        return object;
    }

    private static String frames(DeadLetter letter) {
        if (letter.firstFrameSeq() > letter.lastFrameSeq()) {
            return "none";
        }
        return letter.firstFrameSeq() == letter.lastFrameSeq()
                ? String.valueOf(letter.lastFrameSeq())
                : letter.firstFrameSeq() + "-" + letter.lastFrameSeq();
    }

    private static String damaged(long lines) {
        return lines == 0 ? "" : "; " + lines + " more lines are damaged and left alone";
    }

    /** A broker's words may hold anything. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /** {@code ringsight deadletters resend}. */
    @Command(
            name = "resend",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false,
            description = {
                "Sends them again to their topic, those set aside longest first. Mend the cause before, usually the topic's"
                        + " max.message.bytes and the sink's properties.max.request.size.",
                "Order: among themselves as before, but behind everything that was published since; \"resent\": true in each"
                        + " message says so. The gap messages that told of them stay; verify counts such frames as healed.",
                "Duplicates: a letter is marked as sent when the broker acknowledged it, and not before. A kill in between"
                        + " sends that one twice, with the same messageId."
            },
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {
                "0:all were acknowledged, or there were none",
                "1:some were refused again, the broker did not answer, or another resend is at work; what was not"
                        + " acknowledged is still set aside",
                "2:bad usage or configuration"
            })
    int resend(@Mixin Options options) throws ConfigException, InterruptedException {
        boolean all = true;
        for (KafkaSinkSpec sink : options.sinks()) {
            all &= resend(sink, options.json);
        }
        return all ? ExitCode.DONE : ExitCode.FAILED;
    }

    private boolean resend(KafkaSinkSpec sink, boolean json) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path dir = sink.spool().orElseThrow().dir();
        DeadLetterResend.Outcome outcome;
        try {
            outcome = DeadLetterResend.run(
                    sink,
                    (letter, why) ->
                            err.println("ringsight: " + letter.messageId() + ": refused again: " + printable(why)));
        } catch (SpoolException e) {
            throw CommandException.failed("ringsight: " + e.getMessage());
        } catch (IOException e) {
            throw CommandException.failed("ringsight: " + because(e, dir));
        }
        if (outcome.failure() != null) {
            err.println("ringsight: topic " + sink.topic() + " at " + sink.bootstrapServers() + ": "
                    + printable(outcome.failure()) + "; what was not acknowledged is still set aside in " + dir);
        }
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("dir", dir);
            object.put("sent", outcome.sent());
            object.put("refused", outcome.refused());
            object.put("failure", outcome.failure());
            out.println(JsonObject.of(object));
        } else {
            out.println(dir + ": " + outcome.sent() + " sent again, " + outcome.refused() + " refused again");
        }
        out.flush();
        err.flush();
        return outcome.failure() == null && outcome.refused() == 0;
    }

    private static String because(IOException e, Path dir) {
        String what = e instanceof FileSystemException file && file.getFile() != null ? file.getFile() : dir.toString();
        String why =
                e instanceof AccessDeniedException ? "permission denied; run as the daemon's user" : e.getMessage();
        return what + ": " + why;
    }

    /** What both take. */
    static final class Options {
        @Mixin
        private ConfigOption config;

        @Option(names = "--topic", paramLabel = "TOPIC", description = "Only the sinks of this topic.")
        private String topic;

        @Option(names = "--json", description = "Print JSON, one object a line.")
        private boolean json;

        /** The Kafka sinks with a spool. */
        List<KafkaSinkSpec> sinks() throws ConfigException {
            List<KafkaSinkSpec> sinks = config.read().sinks().stream()
                    .map(SinkConfig::spec)
                    .filter(KafkaSinkSpec.class::isInstance)
                    .map(KafkaSinkSpec.class::cast)
                    .filter(sink -> sink.spool().isPresent() && (topic == null || topic.equals(sink.topic())))
                    .toList();
            if (sinks.isEmpty()) {
                throw CommandException.usage("ringsight: " + config.file() + ": expected a Kafka sink with a spool"
                        + (topic == null ? "" : " and the topic " + topic) + ", got none");
            }
            return sinks;
        }
    }
}
