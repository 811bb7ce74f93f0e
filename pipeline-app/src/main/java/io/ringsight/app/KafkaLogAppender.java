package io.ringsight.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.ringsight.sinks.kafka.client.KafkaReason;
import io.ringsight.sinks.kafka.client.KafkaText;
import io.ringsight.sources.spec.Redaction;

/**
 * Gives Kafka's warnings to the sink they are about, which tells them once, with its state; passes on to the log what
 * {@link #setThreshold} says, without secrets.
 */
public final class KafkaLogAppender extends AppenderBase<ILoggingEvent> {
    private static final String NETWORK = "org.apache.kafka.clients.NetworkClient";

    private Level threshold = Level.OFF;

    /** From which level on lines go to the log, too: a level's name, or nothing for errors without those of connections. */
    public void setThreshold(String level) {
        threshold = Level.toLevel(level, Level.OFF);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            KafkaReason.heard(event.getFormattedMessage());
        }
        boolean isError =
                event.getLevel() == Level.ERROR && !event.getLoggerName().equals(NETWORK);
        if (isError || event.getLevel().isGreaterOrEqual(threshold)) {
            ((LoggerContext) getContext()).getLogger(Logger.ROOT_LOGGER_NAME).callAppenders(withoutSecrets(event));
        }
    }

    private ILoggingEvent withoutSecrets(ILoggingEvent event) {
        Throwable thrown = event.getThrowableProxy() instanceof ThrowableProxy proxy
                ? KafkaText.clean(proxy.getThrowable())
                : null;
        String message = Redaction.text(KafkaText.clean(event.getFormattedMessage()));
        Logger logger = ((LoggerContext) getContext()).getLogger(event.getLoggerName());
        // The text goes in as an argument: braces in it are nobody's placeholders.
        LoggingEvent clean = new LoggingEvent(
                KafkaLogAppender.class.getName(), logger, event.getLevel(), "{}", thrown, new Object[] {message});
        clean.setThreadName(event.getThreadName());
        clean.setInstant(event.getInstant());
        return clean;
    }
}
