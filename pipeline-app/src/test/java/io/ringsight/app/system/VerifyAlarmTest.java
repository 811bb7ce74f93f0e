package io.ringsight.app.system;

import static io.ringsight.client.verify.Written.frame;
import static io.ringsight.client.verify.Written.gap;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ringsight verify --follow} as operators run it: the alarm in its log, its pages and its exit code. */
@Tag("kafka")
class VerifyAlarmTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private final int port = FreePort.take();

    @TempDir
    private Path folder;

    @Test
    void aHoleAndAFrameCountedTwiceAreToldInLogMetricsReportsAndExitCode() {
        Rig.needBrokers();
        try (RigBroker broker = new RigBroker().start();
                KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            write(producer, frame("a", "r1", 1, 0));
            try (Child follower = follow(broker)) {
                follower.awaitLine("a report", LIMIT, line -> line.startsWith("{\"answer\":\"complete\""));
                assertThat(metrics())
                        .contains("ringsight_verify_complete 1.0")
                        .contains("ringsight_verify_frames_total{source=\"a\"} 1.0");

                write(producer, frame("a", "r1", 3, 2), gap("a", "r1", "s1", "spool-full", 3, 2, "spool-full:1"));
                follower.await("alarm", LIMIT, () -> follower.err().contains("NOT complete"));
                assertThat(follower.err().lines().filter(line -> line.contains("NOT complete")))
                        .as("told once")
                        .singleElement()
                        .asString()
                        .contains("ERROR", "1 frames are in no message and no gap", "1 messages count wrongly")
                        .endsWith("(a in r1)");
                assertThat(metrics())
                        .contains("ringsight_verify_complete 0.0")
                        .contains("ringsight_verify_answer{answer=\"incomplete\"} 1.0")
                        .contains("ringsight_verify_unaccounted_frames{source=\"a\"} 1.0")
                        .contains("ringsight_verify_contradictions_total{source=\"a\"} 1.0")
                        .contains("ringsight_verify_reading 1.0");

                follower.signal("TERM");
                assertThat(follower.waitFor(LIMIT)).as(follower.err()).isEqualTo(1);
                assertThat(follower.out().lines())
                        .last()
                        .asString()
                        .startsWith("{\"answer\":\"incomplete\"")
                        .contains("\"unaccounted\":1,", "\"contradictions\":1,");
            }
        }
    }

    /** Kafka's own client waits by the wall clock: for a record, and before it connects again. */
    @Test
    void silenceIsToldAndABrokerThatIsBackIsReadAlthoughTheClockWasSetBack() throws IOException {
        Rig.needBrokers();
        Rig.needCompiler();
        WrongClock clock = new WrongClock(folder);
        try (RigBroker broker = new RigBroker().start();
                KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            write(producer, frame("a", "r1", 1, 0));
            try (Child follower =
                    Ringsight.follow(folder, clock.environment(), broker, "alarm", port, "--max-silence", "5")) {
                follower.awaitLine("a report", LIMIT, line -> line.startsWith("{\"answer\":\"complete\""));
                clock.setBack(Duration.ofHours(2));
                follower.await("alarm", LIMIT, () -> follower.err().contains("a said nothing for more than 5 s"));

                broker.kill();
                follower.await("not read", LIMIT, () -> metrics().contains("ringsight_verify_reading 0.0"));
                clock.setBack(Duration.ofHours(4));
                broker.start();
                write(producer, frame("a", "r1", 2, 1));
                follower.await(
                        "reads on", LIMIT, () -> metrics().contains("ringsight_verify_frames_total{source=\"a\"} 2.0"));
            }
        }
    }

    /** What is written at once reaches the topic at once: {@code flush} sends it, not the time. */
    private static KafkaProducer<byte[], byte[]> producer(RigBroker broker) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", "60000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void write(KafkaProducer<byte[], byte[]> producer, byte[]... messages) {
        for (byte[] message : messages) {
            producer.send(new ProducerRecord<>("alarm", message));
        }
        producer.flush();
    }

    private Child follow(RigBroker broker) {
        return Ringsight.follow(folder, broker, "alarm", port);
    }

    private String metrics() {
        return Ringsight.get(port, "/metrics");
    }
}
