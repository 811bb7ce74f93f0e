package io.ringsight.core.infer.cuda;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.infer.StagedPicture;
import io.ringsight.core.infer.Staging;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.preprocess.Letterboxes;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pinned memory that camera threads copy pictures into, each its own, all at the same time; devices copy from there on their
 * own. Places are used again and again; memory is taken only for a picture larger than its place, up to a limit.
 *
 * <p>Any thread. Closing frees the places that nobody has; the others are freed as they are given back.
 */
public final class PinnedPictures implements Staging, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PinnedPictures.class);
    /** A gigabyte: some 400 pictures of 1920x1080. What does not fit is copied when it is loaded. */
    private static final long MAX_BYTES = 1L << 30;

    private final ModelInput input;
    private final int device;
    private final List<Place> free = new ArrayList<>();
    private long bytes;
    private boolean closed;

    /**
     * Takes no memory yet.
     *
     * @param input what the pictures become
     * @param device in whose context memory is taken; other devices can read it, too
     */
    public PinnedPictures(ModelInput input, int device) {
        this.input = input;
        this.device = device;
    }

    /** The copy of one picture. */
    public final class Place implements StagedPicture {
        private final PackedPicture packed = new PackedPicture();
        private final Letterboxes letterboxes = new Letterboxes(input);
        private PinnedBuffer memory;

        private Place() {}

        /** Whether it was made for networks of this input. */
        public boolean isFor(ModelInput other) {
            return input.equals(other);
        }

        /** How the picture lies in {@link #memory()}. */
        public PackedPicture packed() {
            return packed;
        }

        /** What devices copy. */
        public PinnedBuffer memory() {
            return memory;
        }

        @Override
        public void giveBack() {
            PinnedPictures.this.giveBack(this);
        }
    }

    @Override
    public StagedPicture stage(Picture picture) {
        PictureLayout layout = PictureLayout.of(picture.pixelFormat());
        if (picture.memory() != MemoryKind.HOST || layout == null || hasNegativeStride(picture)) {
            return null;
        }
        Place place = take();
        if (place == null) {
            return null;
        }
        boolean staged = false;
        try {
            place.packed.plan(picture, layout, place.letterboxes.of(picture));
            if (hasRoom(place)) {
                place.packed.copy(picture, place.memory.address());
                staged = true;
            }
        } finally {
            if (!staged) {
                giveBack(place);
            }
        }
        return staged ? place : null;
    }

    /** Whether {@code picture} is stored bottom up. */
    public static boolean hasNegativeStride(Picture picture) {
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            if (picture.planeStride(i) < 0) {
                return true;
            }
        }
        return false;
    }

    /** The place given back last: its memory may be in the caches still. */
    private synchronized Place take() {
        if (closed) {
            return null;
        }
        return free.isEmpty() ? new Place() : free.remove(free.size() - 1);
    }

    private boolean hasRoom(Place place) {
        long wanted = place.packed.bytes();
        if (place.memory != null && place.memory.bytes() >= wanted) {
            return true;
        }
        try {
            Cuda.use(device);
            drop(place);
            if (!reserve(wanted)) {
                return false;
            }
            place.memory = PinnedBuffer.open(wanted);
            return true;
        } catch (CudaFailure e) {
            LOG.warn("no more memory for staging pictures: {}; they are copied when they are loaded", e.getMessage());
            close();
            return false;
        }
    }

    private synchronized boolean reserve(long wanted) {
        if (closed || bytes + wanted > MAX_BYTES) {
            return false;
        }
        bytes += wanted;
        return true;
    }

    private void drop(Place place) {
        if (place.memory == null) {
            return;
        }
        synchronized (this) {
            bytes -= place.memory.bytes();
        }
        PinnedBuffer old = place.memory;
        place.memory = null;
        old.close();
    }

    private void giveBack(Place place) {
        synchronized (this) {
            if (!closed) {
                free.add(place);
                return;
            }
        }
        free(place);
    }

    private void free(Place place) {
        try {
            drop(place);
        } catch (CudaFailure e) {
            LOG.debug("freeing a staged picture: {}", e.getMessage());
        }
    }

    /** Copies nothing any more. */
    @Override
    public void close() {
        List<Place> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(free);
            free.clear();
        }
        all.forEach(this::free);
    }
}
