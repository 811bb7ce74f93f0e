package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.run.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One ONNX Runtime session and its thread, which computes whichever of its lanes is launched, in turn. With more than
 * one lane the next batch is loaded while this one is computed, and the thread goes on without waiting for anybody.
 *
 * <p>Made and closed by {@link OnnxBackend}. The thread is started by a launch and has the priority of who launches: a
 * model loaded by a thread of low priority warms up by that one ({@link #rest()}), and works by that of the pipeline.
 */
final class OnnxWorker implements AutoCloseable {
    private static final long END_LIMIT_MS = 10_000;

    private final OrtSession session;
    private final List<OnnxLane> lanes = new ArrayList<>();
    private final String name;
    private boolean closed;
    /** What computes now; null until something is launched. */
    private volatile Thread thread;

    private volatile boolean resting;
    /** Why the thread ended before its time, or null. */
    private volatile InferenceException broken;

    OnnxWorker(ModelSpec model, String name) throws OrtException {
        try (OrtSession.SessionOptions options = OnnxRuntime.laneOptions()) {
            session = OnnxRuntime.environment()
                    .createSession(model.weights().file().toString(), options);
        }
        this.name = name;
    }

    /** Adds a lane; before any is launched. */
    void add(OnnxLane lane) {
        lanes.add(lane);
    }

    /**
     * A lane was launched. Starts the thread if there is none; called by one thread at a time.
     *
     * @throws InferenceException fatal: if the thread has ended
     */
    void wake() {
        if (broken != null) {
            throw broken;
        }
        if (thread == null) {
            thread = Threads.start(name, this::work);
        }
        LockSupport.unpark(thread);
    }

    /**
     * Ends the thread, no lane being launched: the next launch starts another.
     *
     * @throws InferenceException fatal: if it does not end
     */
    void rest() {
        if (!hasEnded()) {
            throw InferenceException.fatal("a thread did not end within " + END_LIMIT_MS + " ms", null);
        }
        thread = null;
        resting = false;
    }

    private boolean hasEnded() {
        resting = true;
        Thread ending = thread;
        if (ending == null) {
            return true;
        }
        LockSupport.unpark(ending);
        return Threads.awaitEnd(ending, END_LIMIT_MS);
    }

    /** Whoever waits for a lane would wait for ever if the thread ended without a word. */
    private void work() {
        try {
            computeUntilResting();
        } catch (RuntimeException | Error e) {
            broken = InferenceException.fatal("inference is broken: " + e, e);
            lanes.forEach(lane -> lane.failIfLaunched(broken));
            throw e;
        }
    }

    private void computeUntilResting() {
        int next = 0;
        int idle = 0;
        while (!resting) {
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
        if (hasEnded()) {
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
