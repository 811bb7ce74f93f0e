package io.ringsight.app.command;

import static io.ringsight.client.verify.Written.frame;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.app.api.VerifyPage;
import io.ringsight.app.api.VerifyState;
import io.ringsight.app.http.Page;
import io.ringsight.client.verify.Expectations;
import io.ringsight.client.verify.Judgement;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.kafka.read.OpenTopic;
import io.ringsight.sinks.kafka.read.TopicException;
import io.ringsight.sinks.kafka.read.TopicRecord;
import io.ringsight.sinks.kafka.read.TopicRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The alarm, with a topic whose every poll is written by hand and takes a second of a clock turned by hand. */
class VerifyFollowTest {
    private static final Expectations SILENCE =
            new Expectations(Set.of("a"), Optional.of(Duration.ofSeconds(30)), false);

    private final ManualClock clock = new ManualClock(0);
    private final Deque<Step> steps = new ArrayDeque<>();
    private final List<VerifyState> reports = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(VerifyFollow.class);
    private VerifyFollow following;

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    /** What one poll does. */
    private interface Step {
        void poll(TopicRecords to) throws TopicException;
    }

    private final class HandTopic implements OpenTopic {
        private long left;

        @Override
        public void poll(Duration limit, TopicRecords to) throws TopicException {
            clock.advanceMs(1_000);
            Step step = steps.poll();
            if (step == null) {
                following.stop();
                return;
            }
            step.poll(to);
            left = steps.isEmpty() ? 0 : left;
        }

        @Override
        public long left() {
            return left;
        }

        @Override
        public long missingOffsets() {
            return 0;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private VerifyState follow(Expectations expectations) throws InterruptedException {
        following = new VerifyFollow(
                clock, new VerifyFollow.Settings(Duration.ofSeconds(10), Duration.ofMillis(1), expectations));
        return following.run(HandTopic::new, reports::add);
    }

    private void records(byte[]... values) {
        steps.add(to -> {
            for (byte[] value : values) {
                to.record(new TopicRecord(0, 0, null, value));
            }
        });
    }

    private void seconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            records();
        }
    }

    private List<String> logged(String level) {
        return log.list.stream()
                .filter(event -> event.getLevel().toString().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private String metrics() {
        Page.Answer answer = new VerifyPage(following::state).answer();
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private int ready() {
        return VerifyPage.ready(following::state).answer().status();
    }

    @Test
    void aHoleIsToldOnceItStaysAndEachFurtherOneAsWell() throws Exception {
        records(frame("a", "r1", 1, 0), frame("a", "r1", 3, 2));
        seconds(35);
        assertThat(steps).hasSize(36);
        steps.add(to -> assertThat(logged("ERROR")).singleElement().asString().contains("1 frames are in no message"));
        records(frame("a", "r1", 6, 5));
        seconds(90);
        VerifyState state = follow(Expectations.NONE);

        assertThat(logged("ERROR"))
                .hasSize(2)
                .last()
                .asString()
                .contains("3 frames")
                .contains("a in r1");
        assertThat(state.judgement().answer()).isEqualTo(Judgement.Answer.INCOMPLETE);
        assertThat(metrics())
                .contains("ringsight_verify_unaccounted_frames{source=\"a\"} 3.0")
                .contains("ringsight_verify_complete 0.0")
                .contains("ringsight_verify_reading 1.0")
                .contains("ringsight_verify_answer{answer=\"incomplete\"} 1.0");
    }

    @Test
    void aHoleThatIsFilledBetweenTwoReportsIsNoAlarm() throws Exception {
        records(frame("a", "r1", 1, 0), frame("a", "r1", 3, 2));
        seconds(10);
        steps.add(to -> to.record(new TopicRecord(1, 0, null, frame("a", "r1", 2, 1))));
        seconds(30);
        assertThat(follow(Expectations.NONE).judgement().isComplete()).isTrue();
        assertThat(logged("ERROR")).isEmpty();
    }

    @Test
    void itNeverSaysThatItReadsWhenTheBrokerIsAway() throws Exception {
        records(frame("a", "r1", 1, 0));
        List<Integer> readiness = new ArrayList<>();
        seconds(1);
        steps.add(to -> readiness.add(ready()));
        for (int i = 0; i < 100; i++) {
            steps.add(to -> {
                throw new TopicException("no answer for " + clock.nanoTime() + " s");
            });
        }
        steps.add(to -> {
            readiness.add(ready());
            assertThat(metrics()).contains("ringsight_verify_reading 0.0").contains("ringsight_verify_complete 0.0");
            assertThat(following.state().judgement().answer()).isEqualTo(Judgement.Answer.CANNOT_TELL);
        });
        seconds(2);
        steps.add(to -> readiness.add(ready()));
        VerifyState state = follow(SILENCE);
        assertThat(readiness).containsExactly(200, 503, 200);
        assertThat(logged("WARN")).as("at most one a minute").hasSizeBetween(1, 2);
        assertThat(logged("ERROR"))
                .as("nobody is blamed for silence while nobody listens")
                .isEmpty();
        assertThat(state.judgement().isComplete()).isTrue();
    }

    @Test
    void aTopicThatCannotBeOpenedIsNotCompleteAndNotRead() throws Exception {
        following = new VerifyFollow(
                clock, new VerifyFollow.Settings(Duration.ofSeconds(10), Duration.ofMillis(1), Expectations.NONE));
        int[] tries = {0};
        VerifyState state = following.run(
                () -> {
                    if (++tries[0] == 3) {
                        assertThat(metrics()).contains("reading 0.0").contains("ringsight_verify_complete 0.0");
                        following.stop();
                    }
                    throw new TopicException("no Kafka broker answers at x:1");
                },
                reports::add);
        assertThat(state.isReading()).isFalse();
        assertThat(state.judgement().answer()).isEqualTo(Judgement.Answer.CANNOT_TELL);
        assertThat(ready()).isEqualTo(503);
        assertThat(logged("WARN")).hasSize(1);
    }

    @Test
    void aSourceThatFallsSilentIsToldOnceAndNotBeforeItsLimit() throws Exception {
        records(frame("a", "r1", 1, 0));
        seconds(29);
        steps.add(to -> assertThat(following.state().judgement().isComplete()).isTrue());
        seconds(200);
        steps.add(to -> assertThat(metrics()).contains("ringsight_verify_silent_seconds{source=\"a\"} 2"));
        records(frame("a", "r1", 2, 1));
        seconds(20);
        VerifyState state = follow(SILENCE);
        assertThat(logged("ERROR")).singleElement().asString().contains("a said nothing for more than 30 s");
        assertThat(state.judgement().isComplete()).as("it speaks again").isTrue();
        assertThat(logged("INFO")).contains("complete again");
    }

    @Test
    void retentionThatOvertakesIsItsOwnWordAndNoAlarm() throws Exception {
        records(frame("a", "r1", 1, 0));
        steps.add(to -> {
            to.removed(0);
            to.record(new TopicRecord(0, 50, null, frame("a", "r1", 38, 37)));
        });
        seconds(30);
        VerifyState state = follow(Expectations.NONE);
        assertThat(state.judgement().isComplete()).isTrue();
        assertThat(metrics()).contains("ringsight_verify_before_frames{source=\"a\"} 36.0");
        assertThat(logged("WARN")).singleElement().asString().contains("records are gone");
    }
}
