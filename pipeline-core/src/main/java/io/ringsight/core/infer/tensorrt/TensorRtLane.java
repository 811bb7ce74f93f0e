package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.StagedPicture;
import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.Cuda;
import io.ringsight.core.infer.cuda.CudaEvent;
import io.ringsight.core.infer.cuda.CudaFailure;
import io.ringsight.core.infer.cuda.DeviceBuffer;
import io.ringsight.core.infer.cuda.PinnedBuffer;
import io.ringsight.core.infer.cuda.PinnedPictures;
import io.ringsight.core.infer.cuda.Stream;
import io.ringsight.core.infer.tensorrt.lib.TensorRtFailure;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TensorRow;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One CUDA stream and all that works on it, made once: each {@code load} queues the copy and the letterboxing of a
 * picture, {@code launch} the network and the copy of its output, and {@code await} sleeps until the stream is there.
 * Nothing waits in between, so one lane's copies overlap another's computing.
 *
 * <p>With graphs the network and the copy back are one call, for one row and for a full batch; what lies between is
 * queued kernel by kernel.
 *
 * <p>Any failure of CUDA or TensorRT is fatal: after one the state of the stream is unknown. The exceptions are a
 * picture that no memory could be had for, and a graph, without which the lane goes on.
 */
final class TensorRtLane implements Lane, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TensorRtLane.class);

    private final TensorRtDevice device;
    private final ModelSpec model;
    private final int maxBatch;
    private final List<LaneRow> rows = new ArrayList<>();
    private final Stream stream;
    private CudaEvent done;
    private DeviceBuffer input;
    private DeviceBuffer output;
    private DeviceBuffer activations;
    private PinnedBuffer result;
    private FloatBuffer floats;
    /** Of any number of rows of a profile, smaller batches first. */
    private final List<Execution> flexible = new ArrayList<>();
    /** Of one row, with its graph; null without graphs. */
    private Execution single;
    /** Of a full batch, with its graph; null without graphs or where a full batch is one row. */
    private Execution full;

    /** Of a full batch, whose graph is the network alone: for measuring. */
    private Execution alone;

    /** Measures, when not null. */
    private LaneTimes times;

    private volatile boolean launched;
    private volatile Thread waiter;

    private TensorRtLane(TensorRtDevice device, ModelSpec model, int maxBatch) {
        this.device = device;
        this.model = model;
        this.maxBatch = maxBatch;
        Cuda.use(device.index());
        stream = Stream.open();
    }

    /**
     * Makes a lane on a device.
     *
     * @param hostLetterbox shared by all lanes that one thread loads
     * @throws RuntimeException a CudaFailure or TensorRtFailure that names the call; nothing is left behind
     */
    static TensorRtLane open(TensorRtDevice device, ModelSpec model, int maxBatch, HostLetterbox hostLetterbox) {
        TensorRtLane lane = new TensorRtLane(device, model, maxBatch);
        try {
            lane.make(hostLetterbox);
            return lane;
        } catch (RuntimeException e) {
            RuntimeException more = lane.closeAll();
            if (more != null) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }

    private void make(HostLetterbox hostLetterbox) {
        int capacity = Math.max(model.input().fixedBatch(), maxBatch);
        long rowBytes = TensorRow.bytes(model.input());
        done = CudaEvent.open();
        input = DeviceBuffer.open(capacity * rowBytes);
        output = DeviceBuffer.open(resultBytes(capacity));
        result = PinnedBuffer.open(resultBytes(capacity));
        floats = result.buffer().asFloatBuffer();
        for (int i = 0; i < maxBatch; i++) {
            long target = input.address() + i * rowBytes;
            rows.add(new LaneRow(model.input(), device.letterbox(), hostLetterbox, device.metrics(), target));
        }
        activations = DeviceBuffer.open(device.engine().activationBytes());
        for (BatchProfile profile : BatchProfile.of(model.input(), maxBatch)) {
            flexible.add(execution(profile));
        }
    }

    private Execution execution(BatchProfile profile) {
        Execution.Memory memory = new Execution.Memory(input, output, activations);
        return new Execution(device.engine(), model, profile, memory, stream);
    }

    /** That of the profile for so many rows. */
    private Execution flexible(int count) {
        int i = 0;
        while (!flexible.get(i).takes(count)) {
            i++;
        }
        return flexible.get(i);
    }

    private long resultBytes(int batch) {
        return (long) batch * model.output().candidates() * model.output().values() * Float.BYTES;
    }

    /**
     * Records graphs; the lane must be idle and have run a full batch. Without them, if that fails, it works the same.
     */
    void recordGraphs() {
        Cuda.use(device.index());
        try {
            List<BatchProfile> profiles = BatchProfile.of(model.input(), maxBatch);
            single = recorded(profiles.get(0), 1);
            full = maxBatch > 1 && model.input().fixedBatch() == 0
                    ? recorded(profiles.get(profiles.size() - 1), maxBatch)
                    : null;
        } catch (CudaFailure | TensorRtFailure e) {
            if (e instanceof CudaFailure failure && failure.isSticky()) {
                throw e;
            }
            giveUpGraphs(e);
        }
    }

    /** TensorRT prepares itself for a shape at the first run, which must not be recorded. */
    private Execution recorded(BatchProfile profile, int count) {
        Execution execution = execution(profile);
        try {
            queue(execution, count);
            stream.synchronize();
            execution.capture(stream, () -> queue(execution, count));
            return execution;
        } catch (RuntimeException e) {
            new Closing().close(this::settle).close(execution);
            throw e;
        }
    }

    /** Takes the times of all that follows; null: no more. The lane must be idle. */
    void measure(LaneTimes wanted) {
        times = wanted;
    }

    /**
     * Launches the network alone, on what is in the input, and copies nothing back; awaited as any launch. With a graph, if
     * the lane has graphs: else it would be measured slower than it is in use.
     */
    void launchNetwork(int count) {
        try {
            Cuda.use(device.index());
            if (single != null && alone == null) {
                List<BatchProfile> profiles = BatchProfile.of(model.input(), maxBatch);
                Execution made = execution(profiles.get(profiles.size() - 1));
                alone = made;
                made.enqueue(count, stream);
                stream.synchronize();
                made.capture(stream, () -> made.enqueue(count, stream));
            }
            if (alone == null) {
                flexible(count).enqueue(count, stream);
            } else {
                alone.graph().launch(stream);
            }
            done.record(stream);
        } catch (CudaFailure | TensorRtFailure e) {
            drain();
            throw fatal(e);
        }
        launched = true;
    }

    /** The stream, for measuring. */
    Stream stream() {
        return stream;
    }

    private void queue(Execution execution, int count) {
        execution.enqueue(count, stream);
        result.copyFrom(output, resultBytes(count), stream);
    }

    private void giveUpGraphs(RuntimeException cause) {
        device.metrics().count(BackendCounter.GRAPHS_OFF);
        LOG.warn("going on without CUDA graphs: {}", cause.getMessage());
        RuntimeException failure = new Closing().close(single).close(full).failure();
        single = null;
        full = null;
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void load(int row, Picture picture) {
        load(row, picture, (PinnedPictures.Place) null);
    }

    @Override
    public void load(int row, Picture picture, Crop crop, StagedPicture staged) {
        if (staged instanceof PinnedPictures.Place place && crop.isWhole(picture) && place.isFor(model.input())) {
            load(row, picture, place);
        } else {
            load(row, picture, crop);
        }
    }

    private void load(int row, Picture picture, PinnedPictures.Place place) {
        device.pulse().begin();
        try {
            Cuda.use(device.index());
            if (times != null && row == 0) {
                times.loading(stream);
            }
            if (place == null) {
                rows.get(row).load(picture, stream);
            } else {
                rows.get(row).load(picture, place, stream);
            }
        } catch (CudaFailure e) {
            // Whether the staging was marked as in use is unknown: the next picture of this row must not overwrite it.
            drain();
            throw e.isOutOfMemory() ? InferenceException.ofFrame(e.getMessage(), e) : fatal(e);
        } finally {
            device.pulse().end();
        }
    }

    @Override
    public void launch(int count) {
        if (count < 1 || count > maxBatch) {
            throw new IllegalArgumentException("rows must be 1 to " + maxBatch + ": " + count);
        }
        device.pulse().begin();
        try {
            Cuda.use(device.index());
            if (times != null) {
                times.computing(stream);
            }
            start(count);
            if (times != null) {
                times.over(stream);
            }
            done.record(stream);
        } catch (CudaFailure | TensorRtFailure e) {
            drain();
            throw fatal(e);
        } finally {
            device.pulse().end();
        }
        launched = true;
        LockSupport.unpark(waiter);
    }

    private void start(int count) {
        Execution recorded = count == 1 ? single : count == maxBatch ? full : null;
        if (recorded != null) {
            try {
                recorded.graph().launch(stream);
                return;
            } catch (CudaFailure e) {
                if (e.isSticky()) {
                    throw e;
                }
                // a graph that could not be launched is not in the stream: nothing there uses what is closed now
                giveUpGraphs(e);
            }
        }
        queue(flexible(count), count);
    }

    /** The caller may give the pictures back when launching failed, so nothing may read them any more. */
    private void drain() {
        try {
            settle();
        } catch (CudaFailure e) {
            LOG.debug("waiting for a failed stream: {}", e.getMessage());
        }
    }

    /** Waits until nothing uses this lane's memory; where the stream cannot say, the whole device is asked. */
    private void settle() {
        try {
            stream.synchronize();
        } catch (CudaFailure e) {
            Cuda.synchronize();
        }
    }

    @Override
    public void await() throws InterruptedException {
        waiter = Thread.currentThread();
        while (!launched) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.park(this);
        }
        waiter = null;
        launched = false;
        device.pulse().begin();
        try {
            done.synchronize();
        } catch (CudaFailure e) {
            throw fatal(e);
        } finally {
            device.pulse().end();
        }
    }

    @Override
    public FloatBuffer output() {
        return floats;
    }

    @Override
    public Letterbox letterbox(int row) {
        return rows.get(row).letterbox();
    }

    private static InferenceException fatal(RuntimeException e) {
        return InferenceException.fatal(e.getMessage(), e);
    }

    @Override
    public void close() {
        RuntimeException failure = closeAll();
        if (failure != null) {
            throw failure;
        }
    }

    private RuntimeException closeAll() {
        Closing closing = new Closing()
                .close(() -> Cuda.use(device.index()))
                .close(this::settle)
                .close(single)
                .close(full)
                .close(alone);
        flexible.forEach(closing::close);
        rows.forEach(closing::close);
        return closing.close(result)
                .close(activations)
                .close(output)
                .close(input)
                .close(done)
                .close(stream)
                .failure();
    }
}
