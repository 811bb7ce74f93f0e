package io.ringsight.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.core.metrics.Counters;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The system gives no client, mostly for want of file descriptors. */
class PagesConnectorTest {
    private final Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
    private final PagesConnector connector = new PagesConnector(new Server(), metrics, new HttpConnectionFactory());
    private final Logger logger = (Logger) org.slf4j.LoggerFactory.getLogger(PagesConnector.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
    }

    @Test
    void goesOnCountsAndIsToldEverMoreSeldomWithoutAStackTrace() throws IOException {
        for (int i = 0; i < 9; i++) {
            assertThat(connector.tryAccept(() -> {
                        throw new IOException("Too many open files");
                    }))
                    .isNull();
        }

        assertThat(metrics.value(HttpCounter.ACCEPTS_FAILED)).isEqualTo(9);
        assertThat(log.list).hasSize(4).allMatch(line -> line.getThrowableProxy() == null);
        assertThat(log.list.get(3).getFormattedMessage())
                .isEqualTo("a client of the pages could not be accepted: Too many open files (8 times so far)");
    }

    @Test
    void aClientIsHandedOn() throws IOException {
        try (SocketChannel client = SocketChannel.open()) {
            assertThat(connector.tryAccept(() -> client)).isSameAs(client);
        }
        assertThat(metrics.value(HttpCounter.ACCEPTS_FAILED)).isZero();
    }

    @Test
    void aPortThatIsClosedIsNoFailure() {
        assertThatThrownBy(() -> connector.tryAccept(() -> {
                    throw new ClosedChannelException();
                }))
                .isInstanceOf(ClosedChannelException.class);
        assertThat(metrics.value(HttpCounter.ACCEPTS_FAILED)).isZero();
    }
}
