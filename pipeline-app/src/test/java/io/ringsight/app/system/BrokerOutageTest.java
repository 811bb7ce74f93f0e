package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a spool, no broker at the start and again for 30 s in the middle: the daemon goes on, and what was lost is in the topic. */
@Tag("kafka")
class BrokerOutageTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration OUTAGE = Duration.ofSeconds(30);
    private static final String TOPIC = "outage";
    /** Of the frames of an outage, at 10 a second, a third. */
    private static final int QUEUE_MESSAGES = 100;

    private static final long MOST_GROWTH_MIB = 150;

    @TempDir
    private Path folder;

    @Test
    void staysUpWithBoundedMemoryAndCountsWhatItCouldNotKeep() throws IOException {
        Rig.needBrokers();
        int port = Rig.freePort();
        Path copy = folder.resolve("copy.jsonl");
        try (RigBroker broker = new RigBroker()) {
            String yaml = new Yaml()
                    .source("line1", "synthetic:boxes?width=320&height=240&fps=10", "")
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
        daemon.runFor(Duration.ofSeconds(15));
        long residentMib = daemon.residentMib();
        broker.start();
        daemon.runFor(Duration.ofSeconds(10));
        broker.kill();
        AtomicLong mostMib = new AtomicLong();
        daemon.runFor(OUTAGE, () -> mostMib.accumulateAndGet(daemon.residentMib(), Math::max) > 0);
        broker.start();
        daemon.runFor(Duration.ofSeconds(10));
        System.out.printf("broker outage: %d MiB before, at most %d MiB during%n", residentMib, mostMib.get());
        assertThat(mostMib.get() - residentMib).as("MiB of growth").isLessThan(MOST_GROWTH_MIB);
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
