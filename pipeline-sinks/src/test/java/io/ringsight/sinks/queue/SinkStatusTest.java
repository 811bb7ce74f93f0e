package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Sample;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SinkStatusTest {
    private final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    private final SinkMetrics metrics = new SinkMetrics("kafka:t");
    private final SinkStatus status = new SinkStatus(metrics, clock);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(SinkStatus.class);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    private List<String> log() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void tellsAnotherFailureAtOnce() {
        status.set(SinkState.UNREACHABLE, "no broker answers");
        clock.advanceMs(300);
        status.set(SinkState.AUTH_FAILED, "wrong password");
        assertThat(log()).hasSize(2);
        assertThat(log().get(1)).contains("auth-failed", "wrong password");
    }

    @Test
    void tellsEachStateOnceAMinuteAtMostWithHowOftenItCame() {
        for (int i = 0; i < 100; i++) {
            status.set(SinkState.UNREACHABLE, "no broker answers");
            status.ready();
            clock.advanceMs(500);
        }
        assertThat(log()).filteredOn(line -> line.contains("unreachable")).hasSize(1);
        clock.advanceMs(60_000);
        status.set(SinkState.UNREACHABLE, "no broker answers");
        assertThat(log().get(log().size() - 1)).contains("unreachable", "the 100th time");
    }

    @Test
    void namesAFullDiskAlthoughTheBrokerIsAwayToo() {
        status.set(SinkState.UNREACHABLE, "no broker answers");
        status.trouble(SinkState.DISK_FULL, "spool: No space left on device");
        status.set(SinkState.UNREACHABLE, "no broker answers");
        assertThat(metrics.state()).isEqualTo(SinkState.DISK_FULL);
        assertThat(metrics.detail()).contains("No space left", "unreachable: no broker answers");
        status.noTrouble();
        status.set(SinkState.UNREACHABLE, "no broker answers");
        assertThat(metrics.state()).isEqualTo(SinkState.UNREACHABLE);
        status.ready();
        assertThat(metrics.state()).isEqualTo(SinkState.READY);
    }
}
