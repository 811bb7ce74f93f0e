package io.ringsight.sinks.open;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.DiskFailure;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import io.ringsight.sinks.spool.Spool;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Writes each message to the spool and hands over to the sending queue what fits, in order. While the disk fails,
 * messages go straight to the sending queue as soon as all that is in the spool went before them; once it works again,
 * those of them that are not answered yet are kept before anything else.
 *
 * <p>Called by the first queue's thread, the only one that uses the spool.
 */
final class SpoolDelivery implements Delivery {
    private static final long AFTER_FAILURE_MS = 200;

    private final Spool spool;
    private final SinkQueue incoming;
    private final SinkQueue sending;
    private final SinkMetrics metrics;
    private final SinkStatus status;
    private final Runnable looked;
    private final BooleanSupplier endsInOrder;
    /** Whether the sending queue may hold messages that are not on the disk. */
    private boolean hasBypassed;

    /**
     * @param looked called whenever the spool may have grown or shrunk
     * @param endsInOrder whether all that was offered was delivered and nothing more will be
     */
    SpoolDelivery(
            Spool spool,
            SinkQueue incoming,
            SinkQueue sending,
            SinkMetrics metrics,
            SinkStatus status,
            Runnable looked,
            BooleanSupplier endsInOrder) {
        this.endsInOrder = endsInOrder;
        this.spool = spool;
        this.incoming = incoming;
        this.sending = sending;
        this.metrics = metrics;
        this.status = status;
        this.looked = looked;
    }

    @Override
    public long deliver(QueuedMessage queued) {
        EncodedMessage message = queued.message();
        if (!keep(message) && !bypass(message)) {
            lookAfterSpool();
            return AFTER_FAILURE_MS;
        }
        incoming.passedOn(queued);
        lookAfterSpool();
        return TAKEN;
    }

    private boolean keep(EncodedMessage message) {
        try {
            keepBypassed();
            long offset = spool.append(message);
            spool.handOver(offset, message, sending::forward);
            status.noTrouble();
            return true;
        } catch (IOException e) {
            failed(e);
            return false;
        }
    }

    private boolean bypass(EncodedMessage message) {
        boolean taken = spool.isHandedOver() && sending.forward(message, QueuedMessage.NOWHERE);
        if (taken) {
            spool.bypassed();
            hasBypassed = true;
        }
        return taken;
    }

    /** All in the spool went before them, and nothing was added since: the order stays. */
    private void keepBypassed() throws IOException {
        if (hasBypassed) {
            sending.keep(message -> {
                long offset = spool.append(message);
                spool.handOver(offset, message, (same, at) -> true);
                return offset;
            });
            hasBypassed = false;
        }
    }

    @Override
    public void idle() {
        try {
            keepBypassed();
        } catch (IOException e) {
            failed(e);
        }
        lookAfterSpool();
    }

    private void lookAfterSpool() {
        try {
            spool.pump(sending::forward);
            spool.maintain();
        } catch (IOException e) {
            failed(e);
        }
        looked.run();
    }

    private void failed(IOException e) {
        metrics.count(SinkCounter.DISK_ERRORS);
        status.trouble(DiskFailure.state(e), "spool: " + DiskFailure.detail(e));
    }

    @Override
    public void restart() {
        spool.reopen();
    }

    @Override
    public void close() {
        if (endsInOrder.getAsBoolean()) {
            spool.finish();
        }
        spool.close();
    }
}
