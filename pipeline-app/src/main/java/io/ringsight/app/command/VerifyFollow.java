package io.ringsight.app.command;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.TopicException;
import io.ringsight.sinks.kafka.TopicReader;
import io.ringsight.sinks.verify.Findings;
import io.ringsight.sinks.verify.TopicVerifier;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic on and on, in memory that does not grow with time, and complains when something stays unaccounted. Waits
 * for a broker that is away. {@link #findings()} and {@link #stop()} are for any thread, the rest for one.
 */
final class VerifyFollow {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyFollow.class);
    private static final int EPOCHS_OF_SOURCE = 16;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_MS = 2_000;

    private final Clock clock;
    private final long everyNs;
    private final TopicVerifier verifier = new TopicVerifier(EPOCHS_OF_SOURCE);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Findings findings = verifier.findings();
    private volatile boolean reading;
    private boolean wasComplete = true;
    private boolean alarmed;

    /** Opens the topic. */
    interface Opener {
        /** @throws TopicException if the broker does not answer or refuses, or the topic is not there */
        TopicReader open() throws TopicException;
    }

    /** @param every how often it reports */
    VerifyFollow(Clock clock, Duration every) {
        this.clock = clock;
        everyNs = every.toNanos();
    }

    /** Until {@link #stop()}; hands over what was found each time it reports, and at the end. */
    Findings run(Opener opener, Consumer<Findings> report) throws InterruptedException {
        try (TopicReader reader = open(opener)) {
            if (reader != null) {
                read(reader, report);
            }
        }
        return findings;
    }

    private TopicReader open(Opener opener) throws InterruptedException {
        String told = "";
        while (stopped.getCount() > 0) {
            try {
                return opener.open();
            } catch (TopicException e) {
                if (!told.equals(e.getMessage())) {
                    LOG.warn("{}; tried again each {} s", e.getMessage(), RETRY_MS / 1_000);
                    told = e.getMessage();
                }
                stopped.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
        }
        return null;
    }

    private void read(TopicReader reader, Consumer<Findings> report) throws InterruptedException {
        Set<Integer> withoutBeginning = reader.partitionsWithoutBeginning();
        long reportedNs = clock.nanoTime();
        while (stopped.getCount() > 0) {
            try {
                reader.poll(
                        POLL, record -> verifier.add(record.value(), withoutBeginning.contains(record.partition())));
                reading = true;
            } catch (TopicException e) {
                reading = false;
                LOG.warn("{}; reading on in {} s", e.getMessage(), RETRY_MS / 1_000);
                stopped.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
            findings = verifier.findings();
            if (clock.nanoTime() - reportedNs >= everyNs) {
                reportedNs = clock.nanoTime();
                alarm(findings);
                report.accept(findings);
            }
        }
    }

    /** A message may come after a later one: what is missing in two reports is missing. */
    private void alarm(Findings now) {
        boolean complete = now.isComplete();
        if (!complete && !wasComplete && !alarmed) {
            alarmed = true;
            List<String> where = now.epochs().stream()
                    .filter(epoch -> epoch.unaccounted() > 0 || epoch.contradictions() > 0)
                    .limit(5)
                    .map(epoch -> epoch.sourceId() + " in " + epoch.streamEpoch() + ": " + epoch.unaccounted())
                    .toList();
            LOG.error("{} frames are unaccounted for: {}", now.unaccounted(), String.join(", ", where));
        } else if (complete && alarmed) {
            alarmed = false;
            LOG.info("every frame is accounted for again");
        }
        wasComplete = complete;
    }

    /** What was found so far. */
    Findings findings() {
        return findings;
    }

    /** Whether the topic is open. */
    boolean isReading() {
        return reading;
    }

    /** Ends {@link #run}. */
    void stop() {
        stopped.countDown();
    }
}
