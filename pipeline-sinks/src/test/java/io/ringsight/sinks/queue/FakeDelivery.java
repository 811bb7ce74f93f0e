package io.ringsight.sinks.queue;

import io.ringsight.core.run.Await;
import io.ringsight.sinks.EncodedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A receiver that takes as many messages as it is allowed to and answers when it is told to. */
public final class FakeDelivery implements Delivery {
    private final Semaphore allowed = new Semaphore(0);
    private final List<QueuedMessage> unanswered = new ArrayList<>();
    private final List<EncodedMessage> taken = new ArrayList<>();
    private SinkQueue queue;
    private volatile boolean answersAtOnce;
    private volatile boolean rewinds;
    private volatile boolean closed;

    /** Answers to {@code queue}. */
    public FakeDelivery of(SinkQueue queue) {
        this.queue = queue;
        return this;
    }

    /** Takes {@code messages} more. */
    public FakeDelivery allow(int messages) {
        allowed.release(messages);
        return this;
    }

    /** Acknowledges each message as it takes it. */
    public FakeDelivery answerAtOnce() {
        answersAtOnce = true;
        return this;
    }

    /** The next call begins again at the oldest unanswered message. */
    void rewindNext() {
        rewinds = true;
        allowed.release();
    }

    public synchronized List<EncodedMessage> taken() {
        return List.copyOf(taken);
    }

    synchronized List<String> takenIds() {
        return taken.stream()
                .map(message ->
                        message.messageId().substring(message.messageId().lastIndexOf('/') + 1))
                .toList();
    }

    void awaitTaken(int count) {
        Await.until(count + " messages taken", () -> taken().size() >= count);
    }

    void acknowledge(int index) {
        queue.acknowledged(place(index));
    }

    void refuse(int index, String cause) {
        queue.refused(place(index), cause);
    }

    private synchronized QueuedMessage place(int index) {
        return unanswered.get(index);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public long deliver(QueuedMessage message) throws InterruptedException {
        allowed.acquire();
        if (rewinds) {
            rewinds = false;
            queue.rewind();
            return 1;
        }
        synchronized (this) {
            taken.add(message.message());
            unanswered.add(message);
        }
        if (answersAtOnce) {
            queue.acknowledged(message);
        }
        return TAKEN;
    }

    @Override
    public void idle() {}

    @Override
    public void close() {
        closed = true;
    }
}
