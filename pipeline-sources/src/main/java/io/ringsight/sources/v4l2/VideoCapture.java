package io.ringsight.sources.v4l2;

/**
 * An open camera of the kernel's Video4Linux2 that gives pictures: {@link #take}, look at it, {@link #giveBack}, again.
 *
 * <p>Owned by one thread. From picture to picture nothing is allocated.
 */
public final class VideoCapture implements AutoCloseable {
    private final Kernel kernel;
    private final Driver driver;
    private final Buffers buffers;
    private final PictureFormat format;
    private final SequenceWatch watch;
    /** Null for compressed pictures. */
    private final Planes planes;

    private int lost;
    private int refusal;

    private VideoCapture(Driver driver, Buffers buffers, PictureFormat format) {
        this.kernel = driver.kernel();
        this.driver = driver;
        this.buffers = buffers;
        this.format = format;
        watch = new SequenceWatch(buffers.count(), format.frameNs());
        planes = format.layout().isRaw() ? new Planes(format) : null;
    }

    /**
     * Opens a camera and starts it.
     *
     * @throws CaptureException if that cannot be; nothing is left open then
     */
    public static VideoCapture open(Kernel kernel, String device, Wish wish) throws CaptureException {
        int descriptor = kernel.open(device);
        Driver driver = new Driver(kernel, device, descriptor);
        if (descriptor < 0) {
            throw driver.failed("open it", descriptor);
        }
        Buffers buffers = new Buffers(driver);
        boolean open = false;
        try {
            PictureFormat format = new Negotiation(driver, wish).agree();
            buffers.start();
            VideoCapture capture = new VideoCapture(driver, buffers, format);
            open = true;
            return capture;
        } finally {
            if (!open) {
                buffers.close();
                kernel.close(descriptor);
            }
        }
    }

    /** What its pictures are. */
    public PictureFormat format() {
        return format;
    }

    /**
     * Takes the next picture, if need be after waiting for it.
     *
     * @return 0, or a negated errno value: {@code -EAGAIN} after {@code waitMs} without one, others end the stream
     */
    public int take(int waitMs) {
        if (refusal < 0) {
            return refusal;
        }
        int result = buffers.take();
        if (result == -Errno.EAGAIN) {
            watch.waited();
            int ready = kernel.poll(driver.descriptor(), waitMs);
            if (ready == 0 || ready == -Errno.EINTR) {
                return -Errno.EAGAIN;
            }
            result = ready < 0 ? ready : buffers.take();
            if (result == -Errno.EAGAIN && (ready & Kernel.POLLERR) != 0) {
                // It will never have one: asking on would keep a core busy.
                return -Errno.EIO;
            }
        }
        if (result >= 0) {
            lost = watch.lostBefore(buffers.sequence(), buffers.timestampUs());
        }
        return result;
    }

    /** How many frames the driver lost before the one taken last. */
    public int lost() {
        return lost;
    }

    /** Whether that was for want of buffers: they were taken too late. */
    public boolean wasTooSlow() {
        return watch.wasTooSlow();
    }

    /** Bytes of the picture taken last, without padding; 0 if it is damaged or not whole. */
    public int bytes() {
        int given = buffers.isDamaged() ? 0 : buffers.bytes();
        if (planes == null) {
            return given;
        }
        return given < planes.bytesInBuffer() ? 0 : planes.bytes();
    }

    /** Copies the picture taken last to an address with room for {@link #bytes()}. */
    public void copyTo(long target) {
        if (planes == null) {
            kernel.copy(target, buffers.address(), bytes());
        } else {
            planes.copy(kernel, target, buffers.address());
        }
    }

    /** The driver's time stamp of the picture taken last. */
    public long timestampUs() {
        return buffers.timestampUs();
    }

    /** What {@link #timestampUs()} is the time of. */
    public StampPoint stampPoint() {
        return buffers.stampPoint();
    }

    /** Whether the driver says that the picture taken last can be decoded without those before it. */
    public boolean isKeyFrame() {
        return buffers.isKeyFrame();
    }

    /** Gives the buffer of the picture taken last back to the driver; if it refuses it, {@link #take} tells next time. */
    public void giveBack() {
        refusal = Math.min(0, buffers.giveBack());
    }

    /** Stops the camera and closes it. */
    @Override
    public void close() {
        buffers.close();
        kernel.close(driver.descriptor());
    }
}
