package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.CudaEvent;
import io.ringsight.core.infer.cuda.CudaLetterbox;
import io.ringsight.core.infer.cuda.DeviceBuffer;
import io.ringsight.core.infer.cuda.LetterboxArguments;
import io.ringsight.core.infer.cuda.PictureLayout;
import io.ringsight.core.infer.cuda.PinnedBuffer;
import io.ringsight.core.infer.cuda.Stream;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.Letterboxes;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.preprocess.TensorRow;

/**
 * The way of a picture into one row of a lane's input:
 *
 * <pre>
 *   host picture:               planes ─▶ pinned staging ─copy─▶ device planes ─letterbox kernel─▶ row
 *   a format the kernel does not read:    swscale ─▶ pinned row ─copy─▶ row
 *   picture on the device:      planes ─letterbox kernel─▶ row
 * </pre>
 *
 * <p>Buffers grow to the largest picture; pictures of shapes seen lately allocate nothing. Used by the loading thread.
 */
final class LaneRow implements AutoCloseable {
    private final ModelInput input;
    private final CudaLetterbox kernel;
    private final HostLetterbox hostLetterbox;
    private final Letterboxes letterboxes;
    private final Counters<BackendCounter> metrics;
    /** Address of this row in the lane's input. */
    private final long target;

    private final LetterboxArguments arguments;
    /** Behind the last copy from the staging: before it the staging must not be written. */
    private final CudaEvent copied;

    private PinnedBuffer staging;
    private DeviceBuffer planes;
    private PinnedBuffer hostRow;
    private TensorRow hostTensor;
    private Letterbox box;

    /** @param hostLetterbox shared by all rows that one thread loads */
    LaneRow(
            ModelInput input,
            CudaLetterbox kernel,
            HostLetterbox hostLetterbox,
            Counters<BackendCounter> metrics,
            long target) {
        this.input = input;
        letterboxes = new Letterboxes(input);
        this.kernel = kernel;
        this.hostLetterbox = hostLetterbox;
        this.metrics = metrics;
        this.target = target;
        copied = CudaEvent.open();
        arguments = new LetterboxArguments(input);
    }

    Letterbox letterbox() {
        return box;
    }

    /** Queues all that brings {@code picture} into the row. */
    void load(Picture picture, Stream stream) {
        PictureLayout layout = PictureLayout.of(picture.pixelFormat());
        if (picture.memory() == MemoryKind.CUDA) {
            loadInPlace(picture, layout, stream);
        } else if (layout == null || hasNegativeStride(picture)) {
            loadByHost(picture, stream);
        } else {
            loadPlanes(picture, layout, stream);
        }
    }

    private void loadPlanes(Picture picture, PictureLayout layout, Stream stream) {
        box = letterboxes.of(picture);
        long bytes = arguments.plan(picture, layout);
        copied.synchronize();
        if (staging == null || staging.bytes() < bytes) {
            grow(bytes, stream);
        }
        arguments.pack(picture, staging.address());
        planes.copyFrom(staging, bytes, stream);
        copied.record(stream);
        arguments.packed(picture, layout, box, planes.address(), target);
        kernel.launch(arguments, stream);
    }

    private void loadInPlace(Picture picture, PictureLayout layout, Stream stream) {
        if (layout == null) {
            throw InferenceException.ofFrame(
                    "the letterbox kernel cannot read pictures of pixel format number " + picture.pixelFormat(), null);
        }
        box = letterboxes.of(picture);
        arguments.inPlace(picture, layout, box, target);
        kernel.launch(arguments, stream);
    }

    private void loadByHost(Picture picture, Stream stream) {
        copied.synchronize();
        if (hostRow == null) {
            hostRow = PinnedBuffer.open(TensorRow.bytes(input));
            hostTensor = new TensorRow(hostRow.buffer());
        }
        try {
            box = hostLetterbox.load(picture, hostTensor);
        } catch (PreprocessException e) {
            throw InferenceException.ofFrame(e.getMessage(), e);
        }
        hostRow.copyTo(target, hostRow.bytes(), stream);
        copied.record(stream);
    }

    private static boolean hasNegativeStride(Picture picture) {
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            if (picture.planeStride(i) < 0) {
                return true;
            }
        }
        return false;
    }

    /** The kernel of the picture before may still read the planes, so the stream must be through. */
    private void grow(long bytes, Stream stream) {
        stream.synchronize();
        metrics.count(BackendCounter.STAGING_GROWN);
        PinnedBuffer oldStaging = staging;
        DeviceBuffer oldPlanes = planes;
        staging = null;
        planes = null;
        RuntimeException failure =
                new Closing().close(oldStaging).close(oldPlanes).failure();
        if (failure != null) {
            throw failure;
        }
        PinnedBuffer larger = PinnedBuffer.open(bytes);
        try {
            planes = DeviceBuffer.open(bytes);
            staging = larger;
        } catch (RuntimeException e) {
            new Closing().close(larger);
            throw e;
        }
    }

    /** The stream must be idle. */
    @Override
    public void close() {
        arguments.close();
        RuntimeException failure = new Closing()
                .close(planes)
                .close(staging)
                .close(hostRow)
                .close(copied)
                .failure();
        if (failure != null) {
            throw failure;
        }
    }
}
