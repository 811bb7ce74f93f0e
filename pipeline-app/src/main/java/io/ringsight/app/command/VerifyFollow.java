package io.ringsight.app.command;

import io.ringsight.app.api.VerifyState;
import io.ringsight.client.verify.Expectations;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.Judgement;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.read.OpenTopic;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicRecord;
import io.ringsight.sinks.kafka.read.TopicRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic on and on, in memory that does not grow with time, and complains when something stays wrong. Waits for
 * a broker that is away, and says that it waits. {@link #state()} and {@link #stop()} are for any thread, the rest for
 * one.
 */
final class VerifyFollow {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyFollow.class);
    private static final int MAX_RUNS = 16;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long STATE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SAY_AGAIN_NS = TimeUnit.MINUTES.toNanos(1);

    private final Clock clock;
    private final Settings settings;
    private final TopicVerifier verifier = new TopicVerifier(MAX_RUNS);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Map<String, Heard> heard = new HashMap<>();
    private volatile VerifyState state;
    private String notReading = "the topic is not open yet";
    private boolean caughtUp;
    private long missingOffsets;
    private long left;
    private long attentiveSinceNs;
    private String toldFailure = "";
    private long toldFailureNs;
    private boolean wasWrong;
    private String toldWrong = "";
    private long toldWrongNs;

    /**
     * How it follows.
     *
     * @param every how often it reports
     * @param retry how long it waits for a broker that is away before it tries again
     * @param expectations what it judges by
     */
    record Settings(Duration every, Duration retry, Expectations expectations) {}

    /** When a source spoke last. */
    private record Heard(long messages, long atNs) {}

    /** Opens the topic. */
    interface Opener {
        /** @throws TopicException if the broker does not answer or refuses, or the topic is not there */
        OpenTopic open() throws TopicException;
    }

    VerifyFollow(Clock clock, Settings settings) {
        this.clock = clock;
        this.settings = settings;
        look();
    }

    /** Until {@link #stop()}; hands over how it stands each time it reports. */
    VerifyState run(Opener opener, Consumer<VerifyState> report) throws InterruptedException {
        try (OpenTopic topic = open(opener)) {
            if (topic != null) {
                read(topic, report);
            }
        }
        look();
        return state;
    }

    private OpenTopic open(Opener opener) throws InterruptedException {
        while (stopped.getCount() > 0) {
            try {
                return opener.open();
            } catch (TopicException e) {
                failed(e);
                look();
                stopped.await(settings.retry().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        return null;
    }

    private void read(OpenTopic topic, Consumer<VerifyState> report) throws InterruptedException {
        long reportedNs = clock.nanoTime();
        long lookedNs = reportedNs;
        TopicRecords records = new Records();
        while (stopped.getCount() > 0) {
            try {
                topic.poll(POLL, records);
                went(topic);
            } catch (TopicException e) {
                failed(e);
                look();
                stopped.await(settings.retry().toMillis(), TimeUnit.MILLISECONDS);
            }
            long nowNs = clock.nanoTime();
            if (nowNs - lookedNs >= STATE_NS) {
                lookedNs = nowNs;
                look();
            }
            if (nowNs - reportedNs >= settings.every().toNanos()) {
                reportedNs = nowNs;
                look();
                alarm(state.judgement());
                report.accept(state);
            }
        }
    }

    private void went(OpenTopic topic) {
        left = topic.left();
        missingOffsets = topic.missingOffsets();
        caughtUp |= left == 0;
        if (!notReading.isEmpty()) {
            attentiveSinceNs = clock.nanoTime();
            LOG.info("the topic is being read");
            toldFailure = "";
        }
        notReading = "";
    }

    private void failed(TopicException e) {
        notReading = e.getMessage();
        long nowNs = clock.nanoTime();
        if (!toldFailure.equals(notReading) && (toldFailure.isEmpty() || nowNs - toldFailureNs >= SAY_AGAIN_NS)) {
            LOG.warn("{}; tried again each {} s", notReading, settings.retry().toSeconds());
            toldFailure = notReading;
            toldFailureNs = nowNs;
        }
    }

    /** Makes up the state again. */
    private void look() {
        Findings findings = verifier.findings();
        Map<String, Long> silentMs = silences(findings);
        List<String> doubts = new ArrayList<>();
        if (!notReading.isEmpty()) {
            doubts.add("the topic is not read: " + notReading);
        } else if (!caughtUp) {
            doubts.add("still reading what was there before: " + left + " records are left");
        }
        if (missingOffsets > 0) {
            doubts.add(VerifyText.missingRecords(missingOffsets));
        }
        Judgement judgement = settings.expectations().judge(findings, silentMs, doubts);
        state = new VerifyState(findings, judgement, notReading, left, silentMs);
    }

    /** While the topic is not read, or old records are, nobody's silence counts. */
    private Map<String, Long> silences(Findings findings) {
        long nowNs = clock.nanoTime();
        if (!caughtUp || !notReading.isEmpty()) {
            attentiveSinceNs = nowNs;
        }
        Map<String, Long> silentMs = new TreeMap<>();
        for (Findings.Source source : findings.bySource()) {
            Heard last = heard.get(source.sourceId());
            if (last == null || last.messages() != source.messages()) {
                last = new Heard(source.messages(), nowNs);
                heard.put(source.sourceId(), last);
            }
            if (!source.isOver()) {
                long sinceNs = Math.max(last.atNs(), attentiveSinceNs);
                silentMs.put(source.sourceId(), TimeUnit.NANOSECONDS.toMillis(nowNs - sinceNs));
            }
        }
        return silentMs;
    }

    /** A message may come after a later one: what is wrong in two reports is wrong. Tells what is new, not too often. */
    private void alarm(Judgement now) {
        boolean isWrong = now.answer() == Judgement.Answer.INCOMPLETE;
        String reasons = String.join("; ", now.reasons());
        long nowNs = clock.nanoTime();
        boolean mayTell = toldWrong.isEmpty() || nowNs - toldWrongNs >= SAY_AGAIN_NS;
        if (isWrong && wasWrong && mayTell && !reasons.equals(toldWrong)) {
            toldWrong = reasons;
            toldWrongNs = nowNs;
            LOG.error("NOT complete: {}{}", reasons, VerifyText.where(state.findings()));
        } else if (now.isComplete() && !toldWrong.isEmpty()) {
            toldWrong = "";
            LOG.info("complete again");
        }
        wasWrong = isWrong;
    }

    /** How it stands. */
    VerifyState state() {
        return state;
    }

    /** Ends {@link #run}. */
    void stop() {
        stopped.countDown();
    }

    private final class Records implements TopicRecords {
        @Override
        public void record(TopicRecord record) {
            verifier.add(record.partition(), record.value());
        }

        @Override
        public void removed(int partition) {
            verifier.removed(partition);
            LOG.warn("partition {}: records are gone before they could be read (retention)", partition);
        }

        @Override
        public void restarted(int partition) {
            verifier.restarted(partition);
            LOG.warn("partition {}: the topic was deleted and recreated; read from its beginning", partition);
        }
    }
}
