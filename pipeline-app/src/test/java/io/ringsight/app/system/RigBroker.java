package io.ringsight.app.system;

import io.ringsight.sinks.kafka.KafkaBroker;
import java.time.Duration;
import java.util.List;

/** A real Kafka broker, read by kcat, an independent client. */
final class RigBroker implements AutoCloseable {
    private static final Duration READING = Duration.ofSeconds(240);

    private final KafkaBroker broker = new KafkaBroker();

    /** Starts it, again after a {@link #kill()} with its data kept, and waits until its port answers. */
    RigBroker start() {
        broker.start();
        return this;
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** SIGKILL. */
    void kill() {
        broker.kill();
    }

    /** All values of a topic in their order. */
    List<String> read(String topic) {
        return read(topic, "%s\n");
    }

    /** All records of a topic in kcat's own format, e.g. {@code "%k %h\n"} for keys and headers. */
    List<String> read(String topic, String format) {
        List<String> kcat = List.of(
                "kcat", "-C", "-b", bootstrapServers(), "-t", topic, "-e", "-q", "-o", "beginning", "-f", format);
        return Child.output(kcat, READING).lines().toList();
    }

    /** The shell command that prints all values of a topic, for counts by other programs. */
    String shellRead(String topic) {
        return "kcat -C -b " + bootstrapServers() + " -t " + topic + " -e -q -o beginning";
    }

    @Override
    public void close() {
        broker.close();
    }
}
