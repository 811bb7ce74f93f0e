package io.ringsight.sinks.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.analyse.verdict.PartLine.Announced;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.Sample;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolSpec;
import io.ringsight.sinks.verdict.SampleVerdicts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller by a library that is not ours: the handshakes, also when it is away, slow, or was triggered before. */
class ModbusSinkTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final int TRIGGER = 1;
    private static final int MISSED = 3;
    private static final int CLEAR = 4;
    private static final int OVERRUN = 10;

    @TempDir
    private Path dir;

    private final MessageJson json = Sample.json(Clock.system());
    private final Plc plc = new Plc();
    private final List<String> announced = new CopyOnWriteArrayList<>();
    private Function<String, Optional<Announced>> answer = part -> Optional.of(Announced.TAKEN);
    private MessageSink sink;

    @AfterEach
    void stop() {
        if (sink != null) {
            sink.close(Duration.ZERO);
        }
        plc.close();
    }

    private void open(int messages, Optional<SpoolSpec> spool) {
        ModbusSpec spec = new ModbusSpec(
                "127.0.0.1:" + plc.port(),
                1,
                new SourceId("line1"),
                new ModbusSpec.Blocks(0, ModbusSpec.DEFAULT_STATUS),
                new ModbusSpec.Timing(5, 1_000),
                new QueueLimits(messages, 1 << 20),
                spool);
        assertThat(spec.problems()).isEmpty();
        Announcing announcing = (source, announcement) -> taken(announcement);
        sink = ModbusSink.open(spec, announcing, Clock.system());
    }

    private Optional<Announced> taken(Announcement announcement) {
        announced.add(announcement.partId());
        return answer.apply(announcement.partId());
    }

    private void open() {
        open(1_000, Optional.empty());
    }

    private void offer(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> sink.offer(json.decision(SampleVerdicts.pass(i, "A" + i), 1)));
    }

    @Test
    void eachTriggerIsAPartAndEachVerdictComesBackUnderItsNumber() throws Exception {
        plc.start().enable();
        open();
        for (int i = 1; i <= 20; i++) {
            plc.announce(70_000 + i, "A" + i);
        }
        assertThat(announced)
                .isEqualTo(IntStream.rangeClosed(1, 20).mapToObj(i -> "A" + i).toList());
        offer(1, 20);
        assertThat(plc.take(20))
                .isEqualTo(IntStream.rangeClosed(1, 20)
                        .mapToObj(i -> new Plc.Result(70_000 + i, 1, 0, 0, "A" + i))
                        .toList());
        assertThat(sink.close(LIMIT)).isTrue();
        assertThat(sink.metrics().value(SinkCounter.ACKNOWLEDGED)).isEqualTo(20);
        assertThat(plc.isSafe(60_000)).as("it said goodbye").isTrue();
    }

    @Test
    void aVerdictInNumbersSaysWhatItIsAndWhy() throws Exception {
        plc.start();
        open();
        sink.offer(json.decision(SampleVerdicts.full(1, "4294967295"), 1));
        // gap is bit 0, frame-lost bit 1
        assertThat(plc.take()).isEqualTo(new Plc.Result(4_294_967_295L, 4, 1, 3, "4294967295"));
        sink.offer(json.decision(SampleVerdicts.pass(2, "B"), 1));
        assertThat(plc.take()).isEqualTo(new Plc.Result(0, 1, 0, 0, "B"));
    }

    @Test
    void aPartWithoutATextIsCalledByItsNumber() throws Exception {
        plc.start().enable();
        open();
        plc.announce(7, "");
        assertThat(announced).containsExactly("7");
    }

    @Test
    void whatIsNoTriggerIsMissedAndCountedUntilTheMarkIsCleared() throws Exception {
        plc.start();
        open();
        Await.until("online", () -> plc.status(7));
        plc.trigger(1, "A");
        Await.until("missed: not enabled", () -> plc.status(MISSED) && plc.register(5) == 1 && !plc.status(0));
        plc.control(TRIGGER, false);
        plc.enable();
        Await.until("ready", () -> plc.status(0));
        plc.trigger(2, "A B");
        Await.until("missed: a blank", () -> plc.register(5) == 2 && !plc.status(0));
        plc.control(TRIGGER, false);
        Await.until("ready", () -> plc.status(0));
        answer = part -> Optional.of(Announced.STOPPED);
        plc.trigger(3, "A");
        Await.until("missed: no source", () -> plc.register(5) == 3 && !plc.status(0));
        assertThat(sink.metrics().value(SinkCounter.TRIGGERS_MISSED)).isEqualTo(3);
        plc.control(TRIGGER, false);
        plc.control(CLEAR, true);
        Await.until("cleared", () -> !plc.status(MISSED));
        plc.control(CLEAR, false);
        answer = part -> Optional.of(Announced.KNOWN);
        plc.announce(4, "A");
        assertThat(plc.status(MISSED)).isFalse();
        assertThat(announced).containsExactly("A", "A");
    }

    @Test
    void aTriggerThatWasAcknowledgedBeforeTheRestartIsNotTakenAgainButAnotherIs() throws Exception {
        plc.start().enable();
        open();
        Await.until("ready", () -> plc.status(0));
        plc.trigger(5, "A");
        Await.until("acknowledged", () -> plc.status(1));
        // as a kill would: no goodbye
        plc.close();
        sink.close(Duration.ZERO);
        plc.start();
        open();
        Await.until("connected again", () -> sink.metrics().state() == SinkState.READY);
        assertThat(plc.status(1)).isTrue();
        plc.control(TRIGGER, false);
        plc.announce(6, "B");
        assertThat(announced).containsExactly("A", "B");
    }

    @Test
    void aControllerThatIsAwayGetsAllWhenItComesBackAlsoAfterARestart() throws Exception {
        Optional<SpoolSpec> spool = Optional.of(new SpoolSpec(dir.resolve("spool")));
        open(1_000, spool);
        offer(1, 5);
        Await.until("on the disk", () -> sink.metrics().value(SinkCounter.SPOOLED) == 5);
        Await.until("known to be away", () -> sink.metrics().state() == SinkState.UNREACHABLE);
        assertThat(sink.close(Duration.ZERO)).isFalse();

        open(1_000, spool);
        plc.start();
        assertThat(plc.take(2)).extracting(Plc.Result::partId).containsExactly("A1", "A2");
        plc.close();
        Await.until("known to be away", () -> sink.metrics().state() == SinkState.UNREACHABLE);
        plc.start();
        List<String> rest = plc.take(3).stream().map(Plc.Result::partId).toList();
        assertThat(rest).containsExactly("A3", "A4", "A5");
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @Test
    void aControllerThatTakesNothingHoldsNobodyUpAndIsToldWhatItLost() throws Exception {
        plc.start();
        open(4, Optional.empty());
        offer(1, 10);
        assertThat(sink.metrics().value(SinkCounter.DROPPED_QUEUE_FULL)).isEqualTo(6);
        Await.until("said to take nothing", () -> sink.metrics().state() == SinkState.REFUSED);
        assertThat(plc.take(4)).extracting(Plc.Result::partId).containsExactly("A1", "A2", "A3", "A4");
        Await.until("told", () -> plc.status(OVERRUN));
        plc.control(CLEAR, true);
        Await.until("cleared", () -> !plc.status(OVERRUN));
    }

    @Test
    void theHeartbeatGoesOnAndTheVerdictsOfOtherSourcesGoElsewhere() throws Exception {
        plc.start();
        open();
        int before = plc.register(1);
        sink.offer(json.decision(SampleVerdicts.pass("other", 1, "X"), 1));
        offer(2, 2);
        assertThat(plc.take().partId()).isEqualTo("A2");
        Await.until("three beats", () -> plc.register(1) > before + 3);
        assertThat(plc.register(2)).isEqualTo(1);
    }
}
