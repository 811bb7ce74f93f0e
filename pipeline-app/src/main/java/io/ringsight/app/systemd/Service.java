package io.ringsight.app.systemd;

import io.ringsight.app.daemon.Pulse;
import io.ringsight.core.run.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon as a service of systemd ({@code Type=notify}): tells when it is ready, how it does, and when it begins to
 * end. It feeds the watchdog only while frames that entered the pipeline also leave it: a pipeline that is stuck is
 * killed and started again. Does nothing where systemd did not start the process, or nothing listens.
 *
 * <p>{@link #start} and {@link #close} are for the thread that owns the daemon.
 */
public final class Service implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Service.class);
    private static final long STATUS_US = 10_000_000;
    private static final int BEATS_PER_LIMIT = 3;

    private final Notifier notifier;
    private final Watchdog watchdog;
    private final Supplier<Pulse> pulse;
    private final Supplier<String> status;
    private Ticker ticker;
    private Pulse before;
    private boolean stuck;
    private boolean silent;

    /** Takes messages for systemd. */
    interface Notifier {
        /** Sends one. */
        void send(String message) throws IOException;
    }

    Service(Notifier notifier, Watchdog watchdog, Supplier<Pulse> pulse, Supplier<String> status) {
        this.notifier = notifier;
        this.watchdog = watchdog;
        this.pulse = pulse;
        this.status = status;
        before = pulse.get();
    }

    /**
     * The service of this process, as systemd describes it in {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code
     * WATCHDOG_PID}.
     *
     * @param pulse how far the pipeline has come; asked by another thread
     * @param status how the daemon does, in one line; asked by another thread
     */
    public static Service of(Map<String, String> environment, Supplier<Pulse> pulse, Supplier<String> status) {
        String name = environment.getOrDefault("NOTIFY_SOCKET", "");
        Notifier notifier = message -> {};
        Watchdog watchdog = Watchdog.OFF;
        if (!name.isEmpty()) {
            try {
                notifier = new NotifySocket(name)::send;
                watchdog = Watchdog.of(environment, ProcessHandle.current().pid());
            } catch (IOException e) {
                LOG.warn("{}; systemd will not know how Ringsight does", e.getMessage());
            }
        }
        return new Service(notifier, watchdog, pulse, status);
    }

    /** Tells that everything has started, and from now on how it does. */
    public void start() {
        tell("READY=1\nSTATUS=" + line(status.get()));
        long periodUs = watchdog.isOn() ? Math.min(STATUS_US, watchdog.limitUs() / BEATS_PER_LIMIT) : STATUS_US;
        ticker = Ticker.start("systemd", Duration.of(periodUs, ChronoUnit.MICROS), this::beat);
    }

    /** One beat: the status, and the watchdog's share if frames move. */
    void beat() {
        Pulse now = pulse.get();
        boolean beating = now.isBeating(before);
        before = now;
        sayWhenStuck(beating, now);
        String state = beating ? status.get() : "stuck: frames enter the pipeline and none leaves it";
        tell((beating && watchdog.isOn() ? "WATCHDOG=1\n" : "") + "STATUS=" + line(state));
    }

    private void sayWhenStuck(boolean beating, Pulse now) {
        if (!beating && !stuck) {
            LOG.error(
                    "the pipeline is stuck with {} frames in flight; unless it moves again, systemd's watchdog restarts"
                            + " Ringsight",
                    now.inside());
        }
        stuck = !beating;
    }

    /** Tells that the daemon ends. Closing twice is allowed. */
    @Override
    public void close() {
        if (ticker != null) {
            ticker.close();
            ticker = null;
            tell("STOPPING=1\nSTATUS=stopping: frames in flight are published");
        }
    }

    private void tell(String message) {
        try {
            notifier.send(message);
            silent = false;
        } catch (IOException e) {
            if (!silent) {
                LOG.warn("systemd cannot be told how Ringsight does ({}); trying again", e.getMessage());
            }
            silent = true;
        }
    }

    /** A status is one line. */
    private static String line(String text) {
        return text.replaceAll("\\R", " ");
    }
}
