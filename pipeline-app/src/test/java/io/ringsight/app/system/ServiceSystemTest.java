package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.systemd.NotifyListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as systemd starts it. */
class ServiceSystemTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    @Test
    void systemdHearsThatItIsReadyThenItsPulseAndThatItStops() throws Exception {
        String socket = folder.resolve("notify").toString();
        String yaml = new Yaml()
                .source("line1", "synthetic:pcb", "")
                .jsonl(folder.resolve("messages.jsonl"))
                .text();
        List<String> systemd = List.of("env", "NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=600000");
        try (NotifyListener listener = new NotifyListener(socket);
                Child daemon = Ringsight.daemonBy(systemd, folder, yaml)) {
            assertThat(listener.next(LIMIT)).as(daemon.err()).startsWith("READY=1\nSTATUS=");
            assertThat(listener.next(LIMIT, message -> message.contains("1 of 1 sources live")))
                    .contains("WATCHDOG=1\nSTATUS=ready");

            daemon.signal("TERM");

            assertThat(listener.next(LIMIT, message -> message.startsWith("STOPPING=1")))
                    .contains("STATUS=stopping");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        assertThat(Files.readString(folder.resolve("messages.jsonl"))).contains("\"reason\":\"stopped\"");
    }
}
