package io.ringsight.sinks.queue;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a sink's state and tells it in the log: at once when it changes, but each state once a minute at most, and a
 * reminder each minute while it is a failure. Any thread.
 */
public final class SinkStatus {
    private static final Logger LOG = LoggerFactory.getLogger(SinkStatus.class);
    private static final long MIN_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long REMINDER_NS = TimeUnit.MINUTES.toNanos(1);

    private final SinkMetrics metrics;
    private final Clock clock;
    private final Map<SinkState, Log> logs = new EnumMap<>(SinkState.class);
    private SinkState current = SinkState.CONNECTING;
    private SinkState logged = SinkState.CONNECTING;
    private long refusals;
    private long refusalLoggedNs;
    /** What is wrong although messages arrive; null when nothing is. */
    private volatile Trouble trouble;

    private record Trouble(SinkState state, String detail) {}

    public SinkStatus(SinkMetrics metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Messages arrive. Allocates nothing when they did before. */
    public synchronized void ready() {
        Trouble known = trouble;
        if (known != null) {
            set(known.state, known.detail);
        } else if (metrics.state() != SinkState.READY || logged.isFailure()) {
            set(SinkState.READY, "");
        }
    }

    /** Something is wrong on this side that stays wrong whether messages arrive or not, until {@link #noTrouble()}. */
    public void trouble(SinkState state, String detail) {
        trouble = new Trouble(state, detail);
        set(state, detail);
    }

    /** What {@link #trouble} told is over. Costs nothing when there was none. */
    public void noTrouble() {
        Trouble known = trouble;
        if (known != null) {
            trouble = null;
            if (metrics.state() == known.state) {
                set(SinkState.CONNECTING, "");
            }
        }
    }

    /**
     * Something is wrong. A full disk is not hidden behind a receiver that is away: both are told.
     *
     * @param detail what is known of it, one line, without secrets
     */
    public synchronized void set(SinkState state, String detail) {
        Trouble known = trouble;
        if (known != null && state != known.state && state.isFailure()) {
            tell(known.state, known.detail + "; and " + state.wireName() + ": " + detail);
        } else {
            tell(state, detail);
        }
    }

    /**
     * As {@link #set}, if {@code isSo} holds; nothing is told between the look and the state. So what is seen of messages
     * that wait never hides a later {@link #ready}, if they stop to wait before that is called.
     */
    public synchronized void setIf(BooleanSupplier isSo, SinkState state, String detail) {
        if (isSo.getAsBoolean()) {
            set(state, detail);
        }
    }

    /** A change is logged at once, but each state once a minute at most; with how often it came back meanwhile. */
    private void tell(SinkState state, String detail) {
        metrics.state(state, detail);
        Log log = logs.computeIfAbsent(state, any -> new Log());
        boolean isChange = state != current;
        current = state;
        log.times += isChange ? 1 : 0;
        boolean due = log.times > 0 && (log.everLogged == 0 || clock.nanoTime() - log.loggedNs >= REMINDER_NS)
                || state.isFailure() && clock.nanoTime() - log.loggedNs >= REMINDER_NS;
        boolean endsFailure = state == SinkState.READY && logged.isFailure();
        if (!due && !endsFailure) {
            return;
        }
        if (state.isFailure()) {
            LOG.warn(
                    "{}: {}: {} ({}; {} messages wait, {} dropped so far{})",
                    metrics.sinkName(),
                    state.wireName(),
                    state.sentence(),
                    detail,
                    metrics.queuedMessages(),
                    metrics.value(SinkCounter.DROPPED_QUEUE_FULL),
                    log.times > 1 ? "; the " + log.times + "th time in a minute" : "");
        } else if (state != logged) {
            LOG.info(
                    "{}: {}, {} messages dropped so far",
                    metrics.sinkName(),
                    state.wireName(),
                    metrics.value(SinkCounter.DROPPED_QUEUE_FULL));
        }
        log.everLogged++;
        log.times = 0;
        log.loggedNs = clock.nanoTime();
        logged = state;
    }

    /** Of one state. */
    private static final class Log {
        private long loggedNs;
        private long everLogged;
        /** How often it began since it was logged. */
        private long times;
    }

    /** One message will never be taken; the others go on. At most a line in five seconds. */
    public synchronized void refused(String messageId, String detail) {
        long nowNs = clock.nanoTime();
        refusals++;
        if (refusals == 1 || nowNs - refusalLoggedNs >= MIN_NS) {
            LOG.warn("{}: message {} left out: {} ({} so far)", metrics.sinkName(), messageId, detail, refusals);
            refusalLoggedNs = nowNs;
        }
    }
}
