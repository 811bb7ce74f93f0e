package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;

/** Many sources, a receiver that answers late, refuses, fails and starts again: what it got accounts for everything. */
class SinkQueueStressTest {
    private static final int SOURCES = 4;
    private static final int MESSAGES = 3_000;

    @RepeatedTest(5)
    void whatArrivesAccountsForEverything() throws InterruptedException {
        long seed = Long.getLong("seed", System.nanoTime());
        SinkMetrics metrics = new SinkMetrics("stress");
        SinkQueue queue = new SinkQueue(metrics, new QueueLimits(40, 1 << 20), Clock.system());
        Moody receiver = new Moody(queue, seed);
        queue.start(receiver);
        List<Thread> sources = new ArrayList<>();
        for (int i = 0; i < SOURCES; i++) {
            Camera camera = new Camera("cam" + i, Clock.system());
            Random random = new Random(seed + i);
            sources.add(new Thread(() -> publish(queue, camera, random)));
        }
        sources.forEach(Thread::start);
        for (Thread source : sources) {
            source.join(240_000);
        }
        receiver.calm = true;
        boolean isDrained = queue.close(Duration.ofSeconds(240));
        receiver.answers.interrupt();
        assertThat(isDrained).as("seed %d", seed).isTrue();
        TopicVerifier verifier = new TopicVerifier();
        receiver.acknowledged.forEach(message -> verifier.add(message.bytes()));
        Findings findings = verifier.findings();
        assertThat(findings.isComplete()).as("seed %d: %s", seed, findings).isTrue();
        assertThat(findings.duplicates()).isZero();
        assertThat(metrics.value(SinkCounter.UNKNOWN)).isZero();
        assertThat(metrics.value(SinkCounter.OFFERED)).isEqualTo((long) SOURCES * MESSAGES);
        assertThat(metrics.value(SinkCounter.ACKNOWLEDGED)
                        + metrics.value(SinkCounter.FAILED)
                        + metrics.value(SinkCounter.DROPPED_QUEUE_FULL))
                .isEqualTo(metrics.value(SinkCounter.OFFERED) + metrics.value(SinkCounter.GAPS_ADDED));
    }

    private static void publish(SinkQueue queue, Camera camera, Random random) {
        for (int i = 0; i < MESSAGES; i++) {
            EncodedMessage message = switch (random.nextInt(10)) {
                case 0 -> camera.gap(random.nextInt(3));
                case 1 -> camera.event();
                default -> camera.next(random.nextInt(2));
            };
            if (random.nextInt(50) == 0) {
                queue.put(message);
            } else {
                queue.offer(message);
            }
        }
    }

    /** Answers on a thread of its own, in order; now and then refuses, pauses or forgets all that is unanswered. */
    private static final class Moody implements Delivery {
        private final SinkQueue queue;
        private final Random random;
        private final ConcurrentLinkedQueue<QueuedMessage> sent = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<EncodedMessage> acknowledged = new ConcurrentLinkedQueue<>();
        private final Thread answers = new Thread(this::answer);
        private volatile boolean calm;

        Moody(SinkQueue queue, long seed) {
            this.queue = queue;
            random = new Random(seed);
            answers.setDaemon(true);
            answers.start();
        }

        private void answer() {
            while (!Thread.currentThread().isInterrupted()) {
                QueuedMessage oldest;
                synchronized (sent) {
                    oldest = sent.poll();
                    if (oldest != null) {
                        acknowledged.add(oldest.message());
                        queue.acknowledged(oldest);
                    }
                }
                if (oldest == null) {
                    Thread.yield(); // on a busy machine that takes a second: not for each message
                }
            }
        }

        @Override
        public long deliver(QueuedMessage message) {
            int mood = calm ? 100 : random.nextInt(100);
            if (mood == 0 && !message.message().messageId().contains("/n")) {
                queue.refused(message, "a matter of taste");
                return TAKEN;
            }
            if (mood == 1) {
                synchronized (sent) {
                    sent.clear();
                    queue.rewind();
                }
                return 1;
            }
            if (mood == 2) {
                return 2;
            }
            sent.add(message);
            return TAKEN;
        }

        @Override
        public void idle() throws InterruptedException {
            TimeUnit.MICROSECONDS.sleep(10);
        }

        @Override
        public void close() {}
    }
}
