package io.ringsight.app.http;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Takes a stream to the network for one client, and waits for neither: a thread of the server is used only while there is
 * something and the network takes it.
 */
final class StreamWriter extends IteratingCallback {
    private final Response response;
    private final Callback callback;
    private final Executor executor;
    private final AtomicBoolean beat = new AtomicBoolean();
    /** Whether a thread of the server is on its way already. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private volatile Feed.Stream stream;
    private volatile boolean over;

    StreamWriter(Response response, Callback callback, Executor executor) {
        this.response = response;
        this.callback = callback;
        this.executor = executor;
    }

    /** Sends the headers and the stream's first sign of life. */
    void begin(Feed.Stream opened) {
        stream = opened;
        beat();
    }

    /** A sign of life, which also finds out whether the client is. */
    void beat() {
        beat.set(true);
        wake();
    }

    /** There is something. Any thread. */
    void wake() {
        if (stream != null && !over && woken.compareAndSet(false, true)) {
            executor.execute(this::goOn);
        }
    }

    private void goOn() {
        woken.set(false);
        iterate();
    }

    @Override
    protected Action process() {
        ByteBuffer next = stream.next(beat.getAndSet(false));
        if (next == null) {
            return Action.IDLE;
        }
        response.write(false, next, this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteFailure(Throwable why) {
        over = true;
        callback.failed(why);
    }

    boolean isOver() {
        return over;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
