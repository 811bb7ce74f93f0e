package io.ringsight.app.cli;

import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.read.ReaderSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Option;

/** The options {@code --property} and {@code --properties} of the commands that read a topic. */
public final class ConsumerOptions {
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

    /** Refuses brokers and topics that cannot be meant. */
    public static void check(String bootstrap, String topic) {
        refuse(new KafkaSinkSpec(bootstrap, topic, Map.of())
                .problems().entrySet().stream()
                        .map(problem -> "ringsight: " + (problem.getKey().equals("topic") ? "--topic" : "--bootstrap")
                                + ": " + problem.getValue())
                        .toList());
    }

    /** Those of the file and those given, which hold where both say something; refuses what is none. */
    public Map<String, String> properties() {
        Map<String, String> all = new LinkedHashMap<>();
        if (file != null) {
            Properties read = new Properties();
            try (var in = Files.newBufferedReader(file)) {
                read.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw CommandException.usage("ringsight: --properties " + file + ": expected a readable file of"
                        + " name=value lines, got: " + e.getClass().getSimpleName());
            }
            read.forEach((name, value) -> all.put(name.toString(), value.toString()));
        }
        all.putAll(given);
        refuse(ReaderSettings.problems(all).entrySet().stream()
                .map(problem -> "ringsight: Kafka property " + problem.getKey() + ": " + problem.getValue())
                .toList());
        return all;
    }

    private static void refuse(List<String> mistakes) {
        if (!mistakes.isEmpty()) {
            throw CommandException.usage(mistakes);
        }
    }
}
