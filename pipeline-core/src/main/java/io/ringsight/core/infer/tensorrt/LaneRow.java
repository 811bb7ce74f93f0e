package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.CudaEvent;
import io.ringsight.core.infer.cuda.CudaLetterbox;
import io.ringsight.core.infer.cuda.DeviceBuffer;
import io.ringsight.core.infer.cuda.LetterboxArguments;
import io.ringsight.core.infer.cuda.PackedPicture;
import io.ringsight.core.infer.cuda.PictureLayout;
import io.ringsight.core.infer.cuda.PinnedBuffer;
import io.ringsight.core.infer.cuda.PinnedPictures;
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
 *   staged by the camera:       pinned copy ─copy─▶ device planes ─letterbox kernel─▶ row
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
    private final PackedPicture packed = new PackedPicture();
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
        } else if (layout == null || PinnedPictures.hasNegativeStride(picture)) {
            loadByHost(picture, stream);
        } else {
            loadPlanes(picture, layout, stream);
        }
    }

    /** As {@link #load(Picture, Stream)}, of a copy of the whole picture. */
    void load(Picture picture, PinnedPictures.Place place, Stream stream) {
        if (planes == null || planes.bytes() < place.packed().bytes()) {
            grow(place.packed().bytes(), stream);
        }
        queue(picture, place.packed(), place.memory(), stream);
    }

    private void loadPlanes(Picture picture, PictureLayout layout, Stream stream) {
        packed.plan(picture, layout, letterboxes.of(picture));
        copied.synchronize();
        if (planes == null || planes.bytes() < packed.bytes()) {
            grow(packed.bytes(), stream);
        }
        if (staging == null || staging.bytes() < packed.bytes()) {
            growStaging();
        }
        packed.copy(picture, staging.address());
        queue(picture, packed, staging, stream);
        copied.record(stream);
    }

    private void queue(Picture picture, PackedPicture from, PinnedBuffer block, Stream stream) {
        box = from.box();
        planes.copyFrom(block, from.bytes(), stream);
        arguments.packed(picture, from, planes.address(), target);
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

    /** The kernel of the picture before may still read the planes, so the stream must be through. */
    private void grow(long bytes, Stream stream) {
        stream.synchronize();
        metrics.count(BackendCounter.STAGING_GROWN);
        DeviceBuffer old = planes;
        planes = null;
        if (old != null) {
            old.close();
        }
        planes = DeviceBuffer.open(bytes);
    }

    /** To the size of the planes; the copy of the picture before must be through. */
    private void growStaging() {
        PinnedBuffer old = staging;
        staging = null;
        if (old != null) {
            old.close();
        }
        staging = PinnedBuffer.open(planes.bytes());
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
