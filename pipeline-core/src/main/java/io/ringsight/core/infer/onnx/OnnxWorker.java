package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.model.ModelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One ONNX Runtime session and its thread, which computes whichever of its lanes is launched, in turn. With more than
 * one lane the next batch is loaded while this one is computed, and the thread goes on without waiting for anybody.
 *
 * <p>Made and closed by {@link OnnxBackend}.
 */
final class OnnxWorker implements AutoCloseable {
    private static final long CLOSE_LIMIT_MS = 10_000;

    private final OrtSession session;
    private final List<OnnxLane> lanes = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;
    /** Why the thread ended before its time, or null. */
    private volatile InferenceException broken;

    OnnxWorker(ModelSpec model, String name) throws OrtException {
        try (OrtSession.SessionOptions options = OnnxRuntime.laneOptions()) {
            session = OnnxRuntime.environment().createSession(model.file().toString(), options);
        }
        thread = new Thread(this::work, name);
        thread.setDaemon(true);
    }

    /** Adds a lane; before {@link #start()}. */
    void add(OnnxLane lane) {
        lanes.add(lane);
    }

    void start() {
        thread.start();
    }

    /**
     * A lane was launched.
     *
     * @throws InferenceException fatal: if the thread has ended
     */
    void wake() {
        if (broken != null) {
            throw broken;
        }
        LockSupport.unpark(thread);
    }

    /** Whoever waits for a lane would wait for ever if the thread ended without a word. */
    private void work() {
        try {
            computeUntilClosed();
        } catch (RuntimeException | Error e) {
            broken = InferenceException.fatal("inference is broken: " + e, e);
            lanes.forEach(lane -> lane.failIfLaunched(broken));
            throw e;
        }
    }

    private void computeUntilClosed() {
        int next = 0;
        int idle = 0;
        while (!closed) {
            idle = lanes.get(next).computeIfLaunched(session) ? 0 : idle + 1;
            next = next + 1 == lanes.size() ? 0 : next + 1;
            if (idle == lanes.size()) {
                LockSupport.park(this);
                idle = 0;
            }
        }
    }

    /** Waits for a running computation, at most 10 s: freeing tensors under it would crash the process. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            lanes.forEach(OnnxLane::free);
            closeSession();
        }
    }

    private void closeSession() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("closing an ONNX Runtime session failed", e);
        }
    }
}
