package io.ringsight.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;

/**
 * Passes warnings and errors on to the log, and nothing less at any level: what Jetty says beneath shows what clients send,
 * their tokens too.
 */
public final class WarningsAppender extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
            ((LoggerContext) getContext()).getLogger(Logger.ROOT_LOGGER_NAME).callAppenders(event);
        }
    }
}
