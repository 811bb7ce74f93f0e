package io.ringsight.app.tools.demo;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicReader;
import io.ringsight.sinks.kafka.read.TopicRecord;
import io.ringsight.sinks.kafka.read.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs the daemon into a broker's topic and reads the topic back as any consumer would: what it shows has been through
 * Kafka. One thread, but for {@link #stop()}.
 */
final class Demo {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long FIRST_MESSAGE_LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LAST_MESSAGES_LIMIT_NS = TimeUnit.SECONDS.toNanos(15);
    private static final long NS_PER_S = 1_000_000_000L;
    private static final double NS_PER_MS = 1e6;

    /** How often a message and the live line are shown. */
    private record Rhythm(long messageNs, long liveNs) {}

    private static final Rhythm ON_TERMINAL =
            new Rhythm(TimeUnit.MILLISECONDS.toNanos(330), TimeUnit.MILLISECONDS.toNanos(250));
    private static final Rhythm ELSEWHERE = new Rhythm(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(5));

    private final Screen screen;
    private final Scoreboard scoreboard;
    private final TrafficBoard traffic = new TrafficBoard();
    private final Clock clock;
    private final Rhythm rhythm;
    private final Tally tally = new Tally();
    private volatile boolean stopped;
    private long records;
    private long nextMessageNs;
    private long nextLiveNs;

    /**
     * A demo yet to be run.
     *
     * @param scoreboard what knows the truth, or null where nobody does
     * @param terminal whether somebody watches it live
     */
    Demo(Screen screen, Scoreboard scoreboard, Clock clock, boolean terminal) {
        this.screen = screen;
        this.scoreboard = scoreboard;
        this.clock = clock;
        this.rhythm = terminal ? ON_TERMINAL : ELSEWHERE;
    }

    /** Ends {@link #run} early, in good order. Any thread. */
    void stop() {
        stopped = true;
    }

    /**
     * Runs it for {@code seconds} after the first message, or until the daemon has nothing more to do.
     *
     * @return whether something was read back and every frame is accounted for
     */
    boolean run(Config config, int seconds) throws ConfigException, InterruptedException {
        KafkaSinkSpec topic = (KafkaSinkSpec) config.sinks().get(0).spec();
        // Before the camera counts its first frame: the first message waits for nothing then.
        try (TopicReader reader = newTopic(topic);
                Daemon daemon = Daemon.start(config, clock, List.of())) {
            CompletableFuture<Void> over = watch(daemon);
            screen.step("the daemon runs; reading its messages back from the topic " + topic.topic());
            readBack(topic, reader, seconds, over, daemon);
            throwIfFailed(over);
        }
        if (records == 0) {
            throw CommandException.failed("demo: no message was read back from the topic " + topic.topic());
        }
        Findings findings = verify(topic);
        screen.endLive();
        screen.summary(tally, findings, scoreboard);
        screen.traffic(traffic);
        return tally.frames() > 0 && findings.isComplete();
    }

    private static TopicReader newTopic(KafkaSinkSpec topic) throws InterruptedException {
        try {
            Topics.create(topic.bootstrapServers(), topic.topic());
            return TopicReader.open(topic.bootstrapServers(), topic.topic(), Map.of());
        } catch (TopicException e) {
            throw CommandException.failed("demo: " + e.getMessage());
        }
    }

    private static CompletableFuture<Void> watch(Daemon daemon) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Threads.start("demo-daemon", () -> {
            try {
                daemon.await();
                over.complete(null);
            } catch (Throwable e) {
                over.completeExceptionally(e);
            }
        });
        return over;
    }

    private static void throwIfFailed(CompletableFuture<Void> over) {
        try {
            over.getNow(null);
        } catch (CompletionException e) {
            if (e.getCause() instanceof CommandException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Reads until the time is up, then stops the daemon and reads what it still publishes. */
    private void readBack(
            KafkaSinkSpec topic, TopicReader reader, int seconds, CompletableFuture<Void> over, Daemon daemon) {
        try {
            screen.heading("");
            long limitNs = clock.nanoTime() + FIRST_MESSAGE_LIMIT_NS;
            boolean begun = false;
            while (!stopped && !over.isDone() && clock.nanoTime() < limitNs) {
                reader.poll(POLL, this::take);
                if (!begun && records > 0) {
                    begun = true;
                    limitNs = clock.nanoTime() + seconds * NS_PER_S;
                }
                showLive();
            }
            daemon.stop();
            daemon.close();
            readRest(topic, reader);
        } catch (TopicException e) {
            throw CommandException.failed("demo: " + e.getMessage());
        }
    }

    private void readRest(KafkaSinkSpec topic, TopicReader reader) throws TopicException {
        long all;
        try (TopicReader whole = TopicReader.open(topic.bootstrapServers(), topic.topic(), Map.of())) {
            all = whole.size();
        }
        long limitNs = clock.nanoTime() + LAST_MESSAGES_LIMIT_NS;
        while (records < all && clock.nanoTime() < limitNs) {
            reader.poll(POLL, this::take);
        }
    }

    private void take(TopicRecord record) {
        records++;
        if (record.value() == null) {
            return;
        }
        try {
            take(MessageReader.read(record.value()));
        } catch (MessageFormatException expected) {
            // somebody else's record: the verifier counts it
        }
    }

    private void take(Message message) {
        long nowNs = clock.nanoTime();
        Instant now = Instant.ofEpochSecond(0, clock.epochNanos());
        tally.add(message, now, nowNs);
        if (message instanceof GapMessage gap) {
            screen.gap(gap);
        } else if (message instanceof VerdictMessage verdict) {
            screen.verdict(verdict);
        } else if (message instanceof EventMessage event) {
            screen.event(event);
        } else if (message instanceof FrameMessage frame) {
            traffic.add(frame);
            OptionalLong ptsNs = frame.times().ptsNs();
            Scoreboard.Score score =
                    scoreboard != null && ptsNs.isPresent() ? scoreboard.add(ptsNs.getAsLong(), frame.objects()) : null;
            if (nowNs >= nextMessageNs) {
                double readAfterMs = frame.times()
                        .capture()
                        .utc()
                        .map(utc -> Duration.between(utc, now).toNanos() / NS_PER_MS)
                        .orElse(Double.NaN);
                screen.frame(frame, score, readAfterMs);
                nextMessageNs = nowNs + rhythm.messageNs();
            }
        }
    }

    private void showLive() {
        long nowNs = clock.nanoTime();
        if (tally.seconds() >= 1 && nowNs >= nextLiveNs) {
            screen.live(tally, scoreboard, traffic);
            nextLiveNs = nowNs + rhythm.liveNs();
        }
    }

    /** Reads the whole topic again and accounts for every frame. */
    private static Findings verify(KafkaSinkSpec topic) {
        TopicVerifier verifier = new TopicVerifier();
        try (TopicReader reader = TopicReader.open(topic.bootstrapServers(), topic.topic(), Map.of())) {
            reader.readToEnd(record -> verifier.add(record.value()));
        } catch (TopicException e) {
            throw CommandException.failed("demo: " + e.getMessage());
        }
        return verifier.findings();
    }
}
