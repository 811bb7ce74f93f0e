package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a spool, no broker at the start and again in the middle, for longer than the queue lasts: the daemon goes on, and what was lost is in the topic. */
@Tag("kafka")
class BrokerOutageTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final String TOPIC = "outage";
    /** Four seconds of frames. */
    private static final int QUEUE_MESSAGES = 100;

    private static final long MAX_GROWTH_MIB = 150;

    @TempDir
    private Path folder;

    @Test
    void staysUpWithBoundedMemoryAndCountsWhatItCouldNotKeep() throws IOException {
        Rig.needBrokers();
        int port = FreePort.take();
        Path copy = folder.resolve("copy.jsonl");
        try (RigBroker broker = new RigBroker()) {
            String yaml = new Yaml()
                    .source("line1", "synthetic:boxes?width=320&height=240&fps=25", "")
                    .kafka(
                            broker.bootstrapServers(),
                            TOPIC,
                            "spool: {enabled: false}, queueMessages: " + QUEUE_MESSAGES)
                    .jsonl(copy)
                    .http(port)
                    .text();
            try (Child daemon = Ringsight.daemon(folder, yaml)) {
                throughTheOutages(daemon, broker, port);
                daemon.signal("TERM");
                assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
            }
            verifyAccountsForAll(broker, Account.of(Files.readAllLines(copy), "line1"));
        }
    }

    private void throughTheOutages(Child daemon, RigBroker broker, int port) {
        daemon.await(
                "source is live without a broker",
                LIMIT,
                () -> Ringsight.state(port, "line1").equals("live"));
        daemon.await("a full queue", LIMIT, () -> ofSink(port, "dropped_queue_full_total") >= 50);
        long residentMib = daemon.residentMib();
        broker.start();
        awaitCaughtUp(daemon, port);
        broker.kill();
        double before = ofSink(port, "dropped_queue_full_total");
        AtomicLong mostMib = new AtomicLong();
        daemon.await("a full queue for a while", LIMIT, () -> {
            mostMib.accumulateAndGet(daemon.residentMib(), Math::max);
            return ofSink(port, "dropped_queue_full_total") >= before + 2 * QUEUE_MESSAGES;
        });
        broker.start();
        awaitCaughtUp(daemon, port);
        System.out.printf("broker outage: %d MiB before, at most %d MiB during%n", residentMib, mostMib.get());
        assertThat(mostMib.get() - residentMib).as("MiB of growth").isLessThan(MAX_GROWTH_MIB);
    }

    private static void awaitCaughtUp(Child daemon, int port) {
        double before = ofSink(port, "acknowledged_total");
        daemon.await(
                "the broker has what waited",
                LIMIT,
                () -> ofSink(port, "acknowledged_total") > before + QUEUE_MESSAGES
                        && ofSink(port, "queue_messages") < QUEUE_MESSAGES / 2);
    }

    private static double ofSink(int port, String name) {
        return Ringsight.metric(port, "ringsight_sink_" + name, "kafka:" + TOPIC)
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .orElse(0.0);
    }

    private static void verifyAccountsForAll(RigBroker broker, Account whole) {
        Account topic = Account.of(broker.read(TOPIC), "line1");
        System.out.printf(
                "broker outage: %d frames decoded, %d in the topic, lost %s%n",
                topic.decoded(), topic.frames().size(), topic.lost());
        assertThat(topic.decoded()).isEqualTo(whole.decoded());
        assertThat(topic.lost().get("not-published")).as("not published").isGreaterThan(QUEUE_MESSAGES);
        Child.Finished verify =
                Ringsight.run(LIMIT, "verify", "--bootstrap", broker.bootstrapServers(), "--topic", TOPIC, "--json");
        assertThat(verify.exitCode()).as(verify.toString()).isZero();
        Json proof = Json.parse(verify.out());
        assertThat(proof.integer("unaccounted")).isZero();
        assertThat(proof.integer("frames")).isEqualTo(topic.frames().size());
        assertThat(proof.object("gapFrames").integer("not-published"))
                .isEqualTo(topic.lost().get("not-published"));
    }
}
