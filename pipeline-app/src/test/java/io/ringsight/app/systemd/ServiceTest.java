package io.ringsight.app.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.daemon.Pulse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What systemd is told, and when. */
class ServiceTest {
    private static final Watchdog MINUTE = new Watchdog(60_000_000);

    private final List<String> told = new ArrayList<>();
    private Pulse pulse = new Pulse(0, 0);

    @Test
    void tellsThatItIsReadyAndLaterThatItStops() {
        try (Service service = service(MINUTE)) {
            assertThat(told).isEmpty();
            service.start();
            assertThat(told).containsExactly("READY=1\nSTATUS=ready, 1 of 1 sources live");
        }
        assertThat(told).hasSize(2).last().asString().startsWith("STOPPING=1\nSTATUS=stopping");
    }

    @Test
    void aDaemonThatDidNotStartIsNeverSaidToStop() {
        service(MINUTE).close();

        assertThat(told).isEmpty();
    }

    @Test
    void framesThatEnterAndNeverLeaveStarveTheWatchdog() {
        Service service = service(MINUTE);
        pulse = new Pulse(7, 9);
        assertThat(beat(service)).contains("WATCHDOG=1");

        pulse = new Pulse(7, 12);
        assertThat(beat(service)).doesNotContain("WATCHDOG").contains("STATUS=stuck");
        assertThat(beat(service)).doesNotContain("WATCHDOG");

        pulse = new Pulse(8, 12);
        assertThat(beat(service)).contains("WATCHDOG=1").contains("STATUS=ready");
    }

    @Test
    void anIdlePipelineFeedsTheWatchdog() {
        Service service = service(MINUTE);
        pulse = new Pulse(40, 40);

        assertThat(beat(service)).contains("WATCHDOG=1");
        assertThat(beat(service)).contains("WATCHDOG=1");
    }

    @Test
    void withoutAWatchdogOnlyTheStatusIsTold() {
        assertThat(beat(service(Watchdog.OFF))).isEqualTo("STATUS=ready, 1 of 1 sources live");
    }

    @Test
    void aStatusIsOneLine() {
        Service service = new Service(told::add, MINUTE, () -> pulse, () -> "not ready:\nWATCHDOG=0\r\nSTOPPING=1");

        assertThat(beat(service)).isEqualTo("WATCHDOG=1\nSTATUS=not ready: WATCHDOG=0 STOPPING=1");
    }

    @Test
    void aListenerThatIsGoneDoesNotEndTheService() {
        Service service = new Service(
                message -> {
                    throw new IOException("gone");
                },
                MINUTE,
                () -> pulse,
                () -> "ready");

        service.start();
        service.beat();
        service.close();
    }

    @Test
    void theWatchdogIsForTheProcessItNames() {
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "30000000"), 17).limitUs())
                .isEqualTo(30_000_000);
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "5", "WATCHDOG_PID", "17"), 17)
                        .isOn())
                .isTrue();
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "5", "WATCHDOG_PID", "18"), 17)
                        .isOn())
                .isFalse();
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "soon"), 17).isOn()).isFalse();
        assertThat(Watchdog.of(Map.of(), 17).isOn()).isFalse();
    }

    private Service service(Watchdog watchdog) {
        return new Service(told::add, watchdog, () -> pulse, () -> "ready, 1 of 1 sources live");
    }

    private String beat(Service service) {
        service.beat();
        return told.get(told.size() - 1);
    }
}
