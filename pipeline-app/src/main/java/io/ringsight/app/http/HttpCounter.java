package io.ringsight.app.http;

import io.ringsight.core.metrics.Counted;
import java.util.Locale;

/** What the pages' server counts. */
public enum HttpCounter implements Counted {
    /** Requests that were read, answered or refused. */
    REQUESTS("Requests to the pages."),
    /** Answered 401. */
    UNAUTHORIZED("Requests without the token that the page needs, or with a wrong one."),
    /** Answered 403 or 421. */
    FORBIDDEN("Requests refused for their role, for another host's name, or as another site's."),
    /** The system gave none; the client waits. */
    ACCEPTS_FAILED("Tries to accept a client that failed, mostly for want of file descriptors."),
    /** So that others can connect. */
    CONNECTIONS_EVICTED("Connections closed, the least recently used first, because there were too many."),
    /** So that a slow client holds nobody up. */
    EVENTS_DROPPED("Server-sent events that a client was too slow for; the client is told their number."),
    /** Each once, however many watch. */
    PICTURES("Live pictures encoded, for all who watch."),
    /** The log says why. */
    PICTURES_FAILED("Live pictures that could not be encoded."),
    /** It got a newer one. */
    PICTURES_SKIPPED("Live pictures that a viewer was too slow for; it got a newer one instead."),
    /** A page threw. */
    PAGE_FAILURES("Pages that failed; the log says why.");

    private final String sentence;

    HttpCounter(String sentence) {
        this.sentence = sentence;
    }

    /** After {@code ringsight_}. */
    @Override
    public String metricName() {
        return "http_" + name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
