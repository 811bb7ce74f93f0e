package io.ringsight.app.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages to systemd, heard by a real unix datagram socket. */
class NotifySocketTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    @Test
    void aSocketInTheFileSystemHearsTheMessage() throws IOException {
        String name = folder.resolve("notify ü").toString();
        try (NotifyListener systemd = new NotifyListener(name)) {
            new NotifySocket(name).send("READY=1\nSTATUS=für alle");

            assertThat(systemd.next(LIMIT)).isEqualTo("READY=1\nSTATUS=für alle");
        }
    }

    @Test
    void anAbstractSocketHearsTheMessage() throws IOException {
        String name = "@ringsight-" + UUID.randomUUID();
        try (NotifyListener systemd = new NotifyListener(name)) {
            new NotifySocket(name).send("WATCHDOG=1");

            assertThat(systemd.next(LIMIT)).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void whereNobodyListensItSaysSo() throws IOException {
        NotifySocket socket = new NotifySocket(folder.resolve("nobody").toString());

        assertThatThrownBy(() -> socket.send("READY=1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No such file");
    }

    @Test
    void aReceiverThatDoesNotReadHoldsNobodyUp() {
        String name = "@ringsight-" + UUID.randomUUID();
        try (NotifyListener systemd = new NotifyListener(name)) {
            assertThatThrownBy(() -> {
                        NotifySocket socket = new NotifySocket(name);
                        for (int i = 0; i < 10_000; i++) {
                            socket.send("WATCHDOG=1");
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(systemd.next(LIMIT)).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void aNameThatIsNoSocketIsRefused() {
        for (String name : new String[] {"notify", "@", "/", "/" + "x".repeat(107), "vsock:2:1234"}) {
            assertThatThrownBy(() -> new NotifySocket(name))
                    .as(name)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NOTIFY_SOCKET: expected a path or an abstract name");
        }
    }
}
