package io.ringsight.sinks.modbus;

import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.analyse.verdict.PartLine;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.LogThrottle;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.modbus.Registers.Control;
import io.ringsight.sinks.queue.SinkStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the controller's registers again and again, on a thread of its own, and writes what has changed and the heartbeat.
 * {@link #give}, {@link #overrun} and {@link #awaitConnected} are for any thread.
 */
final class PlcLine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlcLine.class);
    private static final long HEARTBEAT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long AFTER_FAILURE_MS = 500;
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(5);
    /** A controller that is well takes a result within a few of its scans. */
    private static final long ACK_NS = TimeUnit.SECONDS.toNanos(5);

    private static final int STEPS_OF_CLOSING = 4;

    private final ModbusSpec spec;
    private final Announcing announcing;
    private final SinkMetrics metrics;
    private final SinkStatus status;
    private final Clock clock;
    private final Handshake handshake;
    private final LogThrottle missed;
    private final Thread thread;

    // guarded by this
    private PartResult waiting;
    private boolean isTaken;
    private boolean isOverrun;
    private boolean isConnected;
    private boolean isClosed;

    // of the thread
    private ModbusLink link;
    private long pauseMs = 1;
    /** What the controller is known to hold behind the head; empty: nothing is known. */
    private byte[] written = {};

    private int writtenWord;
    private int heartbeat;
    private long heartbeatNs;
    private boolean wasValid;
    private long validSinceNs;

    PlcLine(ModbusSpec spec, Announcing announcing, SinkMetrics metrics, SinkStatus status, Clock clock) {
        this.spec = spec;
        this.announcing = announcing;
        this.metrics = metrics;
        this.status = status;
        this.clock = clock;
        handshake = new Handshake(this::announce);
        missed = new LogThrottle(clock, LOG_INTERVAL);
        thread = Threads.start("plc-" + spec.host() + ":" + spec.port(), this::run);
    }

    /** Shows a result. Returns whether the controller has taken it within {@code ms}; the same may be given again. */
    synchronized boolean give(PartResult result, long ms) throws InterruptedException {
        if (!result.equals(waiting)) {
            waiting = result;
            isTaken = false;
        }
        await(ms, () -> isTaken);
        boolean taken = isTaken;
        if (taken) {
            waiting = null;
            isTaken = false;
        }
        return taken;
    }

    private void await(long ms, BooleanSupplier condition) throws InterruptedException {
        long endNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long leftNs = endNs - clock.nanoTime();
                leftNs > 0 && !condition.getAsBoolean() && !isClosed;
                leftNs = endNs - clock.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
    }

    /** Results were lost before they came here. */
    synchronized void overrun() {
        isOverrun = true;
    }

    synchronized boolean awaitConnected(long ms) throws InterruptedException {
        await(ms, () -> isConnected);
        return isConnected;
    }

    private void run() {
        while (pause()) {
            try {
                if (link == null) {
                    connect();
                }
                look();
            } catch (IOException e) {
                failed(SinkState.UNREACHABLE, e.getMessage());
            } catch (RuntimeException | Error e) {
                metrics.count(SinkCounter.ERRORS);
                failed(SinkState.FAILED, e.toString());
            }
        }
        goodbye();
    }

    /** Waits for the next look. Returns whether there is one. */
    private synchronized boolean pause() {
        try {
            if (!isClosed) {
                wait(pauseMs);
            }
        } catch (InterruptedException e) {
            return !isClosed;
        }
        return !isClosed;
    }

    private void connect() throws IOException {
        link = ModbusLink.open(spec);
        byte[] status = link.read(spec.blocks().status(), Registers.STATUS_SIZE);
        handshake.recall(status, control());
        pauseMs = spec.timing().pollMs();
    }

    private Control control() throws IOException {
        return Control.of(link.read(spec.blocks().control(), Registers.CONTROL_SIZE));
    }

    private void look() throws IOException {
        Control control = control();
        PartResult next;
        synchronized (this) {
            next = isTaken ? null : waiting;
            if (isOverrun) {
                handshake.overrun();
                isOverrun = false;
            }
        }
        int missedBefore = handshake.missed();
        PartResult taken = handshake.step(control, next);
        metrics.count(SinkCounter.TRIGGERS_MISSED, handshake.missed() == missedBefore ? 0 : 1);
        write();
        synchronized (this) {
            isTaken |= taken != null && taken.equals(waiting);
            isConnected = true;
            notifyAll();
        }
        tell();
    }

    /** The data first: what the word calls valid is there. */
    private void write() throws IOException {
        byte[] data = handshake.data();
        if (!Arrays.equals(data, written)) {
            link.write(spec.blocks().status() + Registers.HEAD_SIZE, data);
            written = data;
        }
        int word = handshake.word();
        long nowNs = clock.nanoTime();
        boolean isDue = nowNs - heartbeatNs >= HEARTBEAT_NS || heartbeat == 0;
        if (word != writtenWord || isDue) {
            heartbeat += isDue ? 1 : 0;
            heartbeatNs = isDue ? nowNs : heartbeatNs;
            link.write(spec.blocks().status(), Registers.head(word, heartbeat));
            writtenWord = word;
        }
    }

    private void tell() {
        long nowNs = clock.nanoTime();
        if (!handshake.isValid() || !wasValid) {
            validSinceNs = nowNs;
        }
        wasValid = handshake.isValid();
        if (nowNs - validSinceNs > ACK_NS) {
            status.set(SinkState.REFUSED, "the controller does not set results ack");
        } else {
            status.ready();
        }
    }

    private boolean announce(String partId) {
        Optional<String> problem = Announcement.problem(partId);
        if (problem.isPresent()) {
            return refused("part id: " + problem.get());
        }
        Optional<PartLine.Announced> outcome =
                announcing.announce(spec.source(), new Announcement(partId, Optional.empty(), clock.epochNanos()));
        if (outcome.isEmpty()) {
            return refused("source " + spec.source() + " is not there or has no parts: {trigger: modbus}");
        }
        return switch (outcome.get()) {
            case TAKEN, TOO_MANY, KNOWN -> true;
            case TOO_FAR, STOPPED -> refused("source " + spec.source() + " is not running");
        };
    }

    private boolean refused(String cause) {
        missed.tell(span -> LOG.warn("{}: a trigger was missed: {}{}", spec.name(), cause, span));
        return false;
    }

    private void failed(SinkState state, String detail) {
        status.set(state, detail);
        metrics.count(SinkCounter.RESTARTS);
        if (link != null) {
            link.close();
            link = null;
        }
        written = new byte[0];
        pauseMs = AFTER_FAILURE_MS;
        synchronized (this) {
            isConnected = false;
        }
    }

    /** So that the controller need not wait for the heartbeat to stop. */
    private void goodbye() {
        if (link != null) {
            try {
                link.write(spec.blocks().status(), Registers.head(0, heartbeat));
            } catch (IOException e) {
                LOG.debug("{}: left without a goodbye", spec.name(), e);
            }
            link.close();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        try {
            thread.join(STEPS_OF_CLOSING * spec.timing().timeoutMs());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
