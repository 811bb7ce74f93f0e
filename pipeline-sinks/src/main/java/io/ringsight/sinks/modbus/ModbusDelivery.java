package io.ringsight.sinks.modbus;

import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.queue.SinkQueue;

/** Gives one verdict after the other to the line, and waits until the controller has it. */
final class ModbusDelivery implements Delivery {
    private static final long WAIT_MS = 1_000;
    private static final long AGAIN_MS = 1;

    private final SinkQueue queue;
    private final PlcLine line;

    ModbusDelivery(SinkQueue queue, PlcLine line) {
        this.queue = queue;
        this.line = line;
    }

    @Override
    public boolean connect() throws InterruptedException {
        return line.awaitConnected(WAIT_MS);
    }

    @Override
    public long deliver(QueuedMessage queued) throws InterruptedException {
        if (queued.message().type() != MessageType.VERDICT) {
            // the sink's own: it tells that verdicts were lost
            line.overrun();
            queue.acknowledged(queued);
            return TAKEN;
        }
        try {
            Message message = MessageReader.read(queued.message().bytes());
            if (!line.give(PartResult.of((VerdictMessage) message), WAIT_MS)) {
                return AGAIN_MS;
            }
            queue.acknowledged(queued);
        } catch (MessageFormatException e) {
            queue.refused(queued, e.getMessage());
        }
        return TAKEN;
    }

    @Override
    public void idle() {
        // The line looks after itself.
    }

    @Override
    public void restart() {
        queue.rewind();
    }

    @Override
    public void close() {
        line.close();
    }
}
