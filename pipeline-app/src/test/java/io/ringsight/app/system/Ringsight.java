package io.ringsight.app.system;

import io.ringsight.app.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The product as its users start it: a process of its own, with no access to it but what a user has. */
final class Ringsight {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

    private Ringsight() {}

    /** Starts a command, with the heap at most {@code heapMib}. */
    static Child start(Path folder, int heapMib, String... arguments) {
        return Child.start("ringsight-" + arguments[0], folder, Map.of(), command(heapMib, arguments));
    }

    /** Runs a command to its end. */
    static Child.Finished run(Duration limit, String... arguments) {
        return Child.run(command(512, arguments), limit);
    }

    /** Starts the daemon with the configuration {@code yaml}. */
    static Child daemon(Path folder, String yaml) {
        return daemonBy(List.of(), folder, yaml);
    }

    /** As above, started by another command such as {@code nohup}, that becomes it. */
    static Child daemonBy(List<String> starter, Path folder, String yaml) {
        Path file = folder.resolve("pipeline.yaml");
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(starter);
        command.addAll(command(512, "run", "-c", file.toString()));
        return Child.start("ringsight-run", folder, Map.of(), command);
    }

    /** Starts {@code verify --follow} with pages on a port, looking each second. */
    static Child follow(Path folder, RigBroker broker, String topic, int port) {
        return follow(folder, Map.of(), broker, topic, port);
    }

    /** As above, with more environment variables and options. */
    static Child follow(
            Path folder, Map<String, String> environment, RigBroker broker, String topic, int port, String... more) {
        List<String> command = new ArrayList<>(command(
                256,
                "verify",
                "--follow",
                "--json",
                "--every",
                "1",
                "--http",
                Integer.toString(port),
                "--bootstrap",
                broker.bootstrapServers(),
                "--topic",
                topic));
        command.addAll(List.of(more));
        return Child.start("ringsight-verify", folder, environment, command);
    }

    /** The body of a page, or its failure as text. */
    static String get(int port, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return "no answer: " + e;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A source's state as {@code /metrics} tells it: {@code live} or why it gives no frames; empty when unknown. */
    static String state(int port, String sourceId) {
        return metric(port, "ringsight_source_state", sourceId)
                .map(line -> line.replaceAll(".*state=\"([^\"]*)\".*", "$1"))
                .orElse("");
    }

    /** The line of {@code /metrics} with a metric of a source. */
    static Optional<String> metric(int port, String name, String sourceId) {
        return get(port, "/metrics")
                .lines()
                .filter(line -> line.startsWith(name + "{") && line.contains("\"" + sourceId + "\""))
                .findFirst();
    }

    /** The command line of a command. */
    static List<String> command(int heapMib, String... arguments) {
        return JavaCommand.of(
                List.of("-Xmx" + heapMib + "m", "-Dringsight.home=" + Rig.ROOT),
                "io.ringsight.app.Main",
                List.of(arguments));
    }
}
