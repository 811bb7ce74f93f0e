package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spool that lives and dies at random. */
class SpoolLifeTest {
    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);

    private Spool open(Path dir) {
        return Spool.open(new SpoolSpec(dir, 1 << 20, Duration.ofHours(1), 1_000), new SinkMetrics("kafka:t"), clock);
    }

    @Test
    void losesNothingWhateverHappens() throws IOException {
        System.out.println("spool: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            new RandomLife(random, folder.resolve("life" + round)).live();
        }
    }

    /** Appends, hands over, answers and dies at random; what was received must account for every frame. */
    private final class RandomLife {
        private final Random random;
        private final List<EncodedMessage> topic = new ArrayList<>();
        private final List<Long> open = new ArrayList<>();
        private final Camera[] cameras = {new Camera("a", clock), new Camera("b", clock)};
        private Path dir;
        private Spool living;
        private int deaths;

        RandomLife(Random random, Path dir) {
            this.random = random;
            this.dir = dir;
            living = open(dir);
        }

        void live() throws IOException {
            for (int step = 0; step < 600; step++) {
                step();
            }
            living.pump(this::take);
            Findings findings = findings();
            assertThat(findings.isComplete())
                    .as("-Dseed=%d, after %d deaths: %s", seed, deaths, findings)
                    .isTrue();
            living.close();
        }

        private Findings findings() {
            TopicVerifier verifier = new TopicVerifier();
            topic.forEach(message -> verifier.add(message.bytes()));
            return verifier.findings();
        }

        private boolean take(EncodedMessage message, long offset) {
            topic.add(message);
            open.add(offset);
            return true;
        }

        private void step() throws IOException {
            switch (random.nextInt(12)) {
                case 0 -> living.maintain();
                case 1 -> pumpSome();
                case 2 -> answerSome();
                case 3 -> {
                    if (random.nextInt(6) == 0) {
                        die();
                    }
                }
                default -> {
                    Camera from = cameras[random.nextInt(2)];
                    int objects = random.nextInt(60);
                    living.append(random.nextInt(20) == 0 ? from.gap(random.nextInt(3)) : from.next(0, objects));
                    if (random.nextInt(8) == 0) {
                        living.append(from.event());
                    }
                }
            }
        }

        private void pumpSome() throws IOException {
            int[] left = {random.nextInt(30)};
            living.pump((message, offset) -> {
                boolean takes = left[0]-- > 0;
                if (takes) {
                    topic.add(message);
                    open.add(offset);
                }
                return takes;
            });
        }

        private void answerSome() {
            for (int i = random.nextInt(40); i > 0 && !open.isEmpty(); i--) {
                living.settled(open.remove(random.nextInt(Math.min(5, open.size()))));
            }
        }

        private void die() throws IOException {
            Path next = dir.resolveSibling(dir.getFileName().toString().replaceAll("-.*", "") + "-" + ++deaths);
            SpoolTest.copy(dir, next);
            living.close();
            open.clear();
            dir = next;
            living = open(dir);
        }
    }
}
