package io.ringsight.app.daemon;

import io.ringsight.app.api.Status;
import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.linux.LowPriority;
import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.SelectedMessages;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import io.ringsight.sinks.evidence.EvidenceSpec;
import io.ringsight.sinks.jsonl.FileInUseException;
import io.ringsight.sinks.spool.SpoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sinks a configuration names: opened in its order, closed all at once. Opened and closed by one thread. */
final class SinkSet {
    private static final Logger LOG = LoggerFactory.getLogger(SinkSet.class);
    /** The share of the time to stop that has passed when it must be over. */
    private static final double EVIDENCE_CLOSED = 0.65;

    private final Clock clock;
    private final StopDeadline deadline;
    private final Runnable onOutputGone;
    private final Announcing announcing;
    private final List<MessageSink> sinks = new ArrayList<>();
    /** The name of the one whose reader has gone, so that it is not waited for; null if there is none. */
    private volatile String unread;

    private Optional<EvidenceRecorder> evidence = Optional.empty();

    /**
     * None yet.
     *
     * @param onOutputGone told when one writes to standard output and whoever read it has gone; any thread
     * @param announcing takes the parts that a controller announces through its sink
     */
    SinkSet(Clock clock, StopDeadline deadline, Runnable onOutputGone, Announcing announcing) {
        this.announcing = announcing;
        this.clock = clock;
        this.deadline = deadline;
        this.onOutputGone = onOutputGone;
    }

    /** Opens one; those opened before are closed by {@link #close}, whether it can be or not. */
    MessageSink open(SinkConfig wanted) throws ConfigException {
        try {
            MessageSink sink =
                    SelectedMessages.of(wanted.messages(), wanted.open(clock, () -> outputGone(wanted), announcing));
            sinks.add(sink);
            return sink;
        } catch (FileInUseException e) {
            throw new ConfigException(List.of("ringsight: sink " + wanted.name()
                    + ": path: expected a file that no other process writes, but " + e.getMessage()
                    + "; stop the other one or set another path"));
        } catch (SpoolException e) {
            if (e.isDiskFull()) {
                // exit code 1: a supervisor starts it again
                throw CommandException.failed("ringsight: sink " + wanted.name() + ": the disk of the spool is full: "
                        + e.getMessage() + "; free some of it and start again");
            }
            throw new ConfigException(List.of("ringsight: sink " + wanted.name()
                    + ": spool.dir: expected a directory of its own that can be written, but " + e.getMessage()
                    + "; stop the other one, set another spool.dir, or spool: {enabled: false}"));
        }
    }

    private void outputGone(SinkConfig of) {
        unread = of.name();
        onOutputGone.run();
    }

    /** All that were opened, in their order. */
    List<MessageSink> all() {
        return List.copyOf(sinks);
    }

    /** Begins to keep pictures, if that is wanted; {@code epoch} is the run's. */
    PictureKeeper keepPictures(Optional<EvidenceSpec> wanted, String epoch, Status status) {
        evidence = wanted.map(
                spec -> new EvidenceRecorder(spec, epoch, clock, work -> LowPriority.start("evidence", work)));
        status.evidence(evidence);
        return evidence.<PictureKeeper>map(recorder -> recorder).orElse(PictureKeeper.NONE);
    }

    /** Who keeps pictures, if somebody does. */
    Optional<EvidenceRecorder> evidence() {
        return evidence;
    }

    /** No frame comes any more; the sources are still there, whose pictures may be on their way. */
    void closeEvidence() throws InterruptedException {
        if (evidence.isPresent() && !evidence.get().close(deadline.left(EVIDENCE_CLOSED))) {
            LOG.warn("evidence: the disk did not answer in time; the last pictures are lost");
        }
    }

    /** Waits until each is connected or known not to be now; {@code limit} at most for all. Returns whether all are. */
    boolean awaitConnected(Duration limit) throws InterruptedException {
        long beganNs = clock.nanoTime();
        boolean all = true;
        for (MessageSink sink : sinks) {
            long leftNs = limit.toNanos() - (clock.nanoTime() - beganNs);
            all &= sink.awaitConnected(Duration.ofNanos(Math.max(0, leftNs)));
        }
        return all;
    }

    /**
     * Closes all at once, since each may need its whole time: until {@code share} of the shutdown's has passed.
     *
     * @return whether the receiver of each has all its messages, or the spool keeps them
     */
    boolean close(double share) throws InterruptedException {
        Set<MessageSink> delivered = ConcurrentHashMap.newKeySet();
        List<Thread> closing = sinks.stream()
                .map(sink -> Threads.start("close-" + sink.name(), () -> {
                    if (close(sink, share)) {
                        delivered.add(sink);
                    }
                }))
                .toList();
        List<String> left = Threads.join(closing, clock, deadline.leftMs(1));
        if (!left.isEmpty()) {
            LOG.warn("not closed in time: {}", String.join(", ", left));
        }
        return delivered.size() == sinks.size();
    }

    private boolean close(MessageSink sink, double share) {
        Duration left = sink.name().equals(unread) ? Duration.ZERO : deadline.left(share);
        long beganNs = clock.nanoTime();
        boolean isDelivered = sink.close(left) || sink.metrics().spoolMessages() > 0;
        if (!isDelivered) {
            long waitedMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
            LOG.warn("{}: not everything was acknowledged; waited {} ms", sink.name(), waitedMs);
        }
        return isDelivered;
    }
}
