package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon is killed at random moments while the broker is there, away and coming and going: the topic accounts for
 * every frame of every run all the same. {@code -Dkills=50} for more, {@code -Dseed=N} for the same again.
 */
@Tag("kafka")
class KilledDaemonTest {
    private static final String TOPIC = "killed";
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final int KILLS = Integer.getInteger("kills", 3);
    private static final int CAMERAS = 2;

    private final int daemonPort = FreePort.take();

    @TempDir
    private Path folder;

    @Test
    void losesNoFrameWithoutSayingSo() throws IOException {
        Rig.needBrokers();
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("killed daemon: seed " + seed);
        Random random = new Random(seed);
        int port = FreePort.take();
        try (RigBroker broker = new RigBroker().start();
                Child follower = follow(broker, port)) {
            int away = 0;
            for (int i = 0; i < KILLS; i++) {
                boolean leaves = i % 3 == 1 || random.nextInt(3) == 0;
                away += leaves ? 1 : 0;
                runAndKill(broker, leaves, random);
            }
            runToTheEnd(broker);
            String proof = verify(broker);
            System.out.printf("killed daemon: %d kills, broker away in %d: %s%n", KILLS, away, proof);
            follower.await(
                    "followed", LIMIT, () -> Ringsight.get(port, "/metrics").contains("ringsight_verify_complete 1.0"));
            assertThat(Ringsight.get(port, "/metrics"))
                    .contains("ringsight_verify_unaccounted_frames{source=\"camera0\"} 0.0");
            follower.signal("TERM");
            assertThat(follower.waitFor(LIMIT)).as(follower.err()).isZero();
        }
    }

    private Child follow(RigBroker broker, int port) throws IOException {
        return Ringsight.follow(Files.createDirectory(folder.resolve("follower")), broker, TOPIC, port);
    }

    private Child daemon(RigBroker broker) {
        Yaml yaml = new Yaml().kafka(broker.bootstrapServers(), TOPIC, "").http(daemonPort);
        for (int i = 0; i < CAMERAS; i++) {
            yaml.source("camera" + i, "synthetic:boxes?width=160&height=120&fps=10", "");
        }
        return Ringsight.daemon(folder, yaml.text());
    }

    private void runAndKill(RigBroker broker, boolean leaves, Random random) {
        try (Child daemon = daemon(broker)) {
            awaitFrames(daemon);
            daemon.runFor(Duration.ofMillis(random.nextInt(2_000)));
            if (leaves) {
                broker.kill();
                daemon.runFor(Duration.ofMillis(500 + random.nextInt(3_000)));
            }
            daemon.signal("KILL");
        }
        if (leaves) {
            broker.start();
        }
    }

    private void awaitFrames(Child daemon) {
        daemon.await(
                "frames", LIMIT, () -> Ringsight.state(daemonPort, "camera1").equals("live"));
    }

    private void runToTheEnd(RigBroker broker) {
        try (Child daemon = daemon(broker)) {
            awaitFrames(daemon);
            daemon.await(
                    "all sent that was kept",
                    LIMIT,
                    () -> Ringsight.get(daemonPort, "/metrics")
                            .lines()
                            .anyMatch(line -> line.startsWith("ringsight_sink_acknowledged_total")
                                    && Double.parseDouble(line.substring(line.indexOf("} ") + 2)) > 50));
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
    }

    private String verify(RigBroker broker) {
        Child.Finished verify =
                Ringsight.run(LIMIT, "verify", "--bootstrap", broker.bootstrapServers(), "--topic", TOPIC, "--json");
        assertThat(verify.exitCode()).as(verify.toString()).isZero();
        Json proof = Json.parse(verify.out());
        List<Json> epochs = proof.objects("epochs");
        assertThat(epochs).as("runs whose sources gave frames").hasSizeGreaterThan(CAMERAS);
        String last = epochs.stream()
                .map(epoch -> epoch.text("streamEpoch"))
                .max(String::compareTo)
                .orElseThrow();
        assertThat(epochs.stream().filter(epoch -> !epoch.text("streamEpoch").equals(last)))
                .as("every run before the last was killed, and each says so")
                .allMatch(epoch -> epoch.text("end").equals("unknown"));
        assertThat(proof.integer("disorder")).isZero();
        return "frames " + proof.integer("frames") + ", unaccounted " + proof.integer("unaccounted") + ", duplicates "
                + proof.integer("duplicates") + ", epochs " + epochs.size();
    }
}
