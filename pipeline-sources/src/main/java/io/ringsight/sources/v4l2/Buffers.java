package io.ringsight.sources.v4l2;

import com.sun.jna.Memory;
import io.ringsight.sources.v4l2.Videodev.Buffer;
import io.ringsight.sources.v4l2.Videodev.RequestBuffers;

/**
 * The driver's buffers, mapped into this process, and their way: to the driver, filled by it, taken here, given back.
 *
 * <p>Owned by one thread. Taking and giving back allocate nothing.
 */
final class Buffers implements AutoCloseable {
    /** A quarter of a second at 30 frames/s: pictures are copied out at once, and what waits longer is old. */
    private static final int WANTED = 8;

    private static final int MIN = 2;

    private final Driver driver;
    private final Memory buffer = new Memory(Buffer.BYTES);
    /** The type of buffers, for the requests that take nothing else. */
    private final Memory type = new Memory(Integer.BYTES);

    private long[] addresses = {};
    private long[] lengths = {};
    private boolean streaming;

    Buffers(Driver driver) {
        this.driver = driver;
        type.setInt(0, Videodev.VIDEO_CAPTURE);
    }

    /** Maps buffers and starts the camera. What was got is freed by {@link #close()}, after a failure too. */
    void start() throws CaptureException {
        int count = request();
        addresses = new long[count];
        lengths = new long[count];
        for (int i = 0; i < count; i++) {
            map(i);
        }
        for (int i = 0; i < count; i++) {
            prepare(i);
            driver.demand("hand a buffer to the driver", Videodev.QBUF, buffer);
        }
        driver.demand("start it", Videodev.STREAMON, type);
        streaming = true;
    }

    private int request() throws CaptureException {
        try (Memory request = new Memory(RequestBuffers.BYTES)) {
            request.clear();
            request.setInt(RequestBuffers.COUNT, WANTED);
            request.setInt(RequestBuffers.TYPE, Videodev.VIDEO_CAPTURE);
            request.setInt(RequestBuffers.MEMORY, Videodev.MMAP);
            driver.demand("get buffers", Videodev.REQBUFS, request);
            int count = request.getInt(RequestBuffers.COUNT);
            if (count < MIN) {
                throw driver.failed("get more than " + count + " buffers", -Errno.ENOMEM);
            }
            return count;
        }
    }

    private void map(int index) throws CaptureException {
        prepare(index);
        driver.demand("ask for a buffer", Videodev.QUERYBUF, buffer);
        long length = buffer.getInt(Buffer.LENGTH) & 0xffff_ffffL;
        long offset = buffer.getInt(Buffer.OFFSET) & 0xffff_ffffL;
        long address = driver.kernel().map(driver.descriptor(), length, offset);
        // An address is no errno value: those are the last page.
        if (address < 0 && address > -4096) {
            throw driver.failed("map a buffer", (int) address);
        }
        addresses[index] = address;
        lengths[index] = length;
    }

    private void prepare(int index) {
        buffer.clear();
        buffer.setInt(Buffer.INDEX, index);
        buffer.setInt(Buffer.TYPE, Videodev.VIDEO_CAPTURE);
        buffer.setInt(Buffer.MEMORY, Videodev.MMAP);
    }

    /** Takes the oldest filled buffer; {@code -EAGAIN} if there is none. What else is below zero ends the stream. */
    int take() {
        prepare(0);
        int result = driver.ask(Videodev.DQBUF, buffer);
        if (result < 0) {
            return result;
        }
        int index = index();
        return index < 0 || index >= addresses.length ? -Errno.EIO : 0;
    }

    /** Gives the buffer taken last back to be filled; below zero for a negated errno value. */
    int giveBack() {
        prepare(index());
        return driver.ask(Videodev.QBUF, buffer);
    }

    private int index() {
        return buffer.getInt(Buffer.INDEX);
    }

    int count() {
        return addresses.length;
    }

    /** Where the picture of the buffer taken last lies. */
    long address() {
        return addresses[index()];
    }

    /** How long it is; what a driver says beyond the buffer's end is not there. */
    int bytes() {
        long used = buffer.getInt(Buffer.BYTES_USED) & 0xffff_ffffL;
        return (int) Math.min(Integer.MAX_VALUE, Math.min(used, lengths[index()]));
    }

    boolean isDamaged() {
        return (buffer.getInt(Buffer.FLAGS) & Buffer.IS_DAMAGED) != 0;
    }

    boolean isKeyFrame() {
        return (buffer.getInt(Buffer.FLAGS) & Buffer.IS_KEY_FRAME) != 0;
    }

    int sequence() {
        return buffer.getInt(Buffer.SEQUENCE);
    }

    /** The driver's time stamp. */
    long timestampUs() {
        return buffer.getLong(Buffer.SECONDS) * 1_000_000 + buffer.getLong(Buffer.MICROSECONDS);
    }

    /** What that is the time of. */
    StampPoint stampPoint() {
        return StampPoint.of(buffer.getInt(Buffer.FLAGS));
    }

    /** Stops the camera and unmaps all. Answers do not matter: the camera may be gone. */
    @Override
    public void close() {
        if (streaming) {
            streaming = false;
            driver.ask(Videodev.STREAMOFF, type);
        }
        for (int i = 0; i < addresses.length; i++) {
            if (addresses[i] != 0) {
                driver.kernel().unmap(addresses[i], lengths[i]);
            }
        }
        addresses = new long[0];
        buffer.close();
        type.close();
    }
}
