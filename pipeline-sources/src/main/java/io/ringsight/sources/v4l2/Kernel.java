package io.ringsight.sources.v4l2;

import com.sun.jna.Memory;

/**
 * The system calls that a camera is read by. A result below zero is an errno value, negated.
 *
 * <p>One for each open device; owned by one thread. {@link #ioctl}, {@link #poll} and {@link #copy} allocate nothing.
 */
public interface Kernel {
    /** {@link #poll}: a buffer is filled. */
    int POLLIN = 1;
    /** {@link #poll}: the camera is gone, or gives no more. */
    int POLLERR = 8;

    /** Opens a device for capturing, so that no call waits. {@code -ENOTTY} for what is no V4L2 device. */
    int open(String path);

    /** Closes it. */
    int close(int descriptor);

    /** Asks the driver; it reads and writes {@code argument}. */
    int ioctl(int descriptor, long request, Memory argument);

    /** The address at which a driver's buffer can be read from now on. */
    long map(int descriptor, long bytes, long offset);

    /** Ends that. */
    int unmap(long address, long bytes);

    /** Waits for a filled buffer; which of {@link #POLLIN} and {@link #POLLERR} hold, 0 when the time is up. */
    int poll(int descriptor, int timeoutMs);

    /** What an errno value means, for people. */
    String text(int errno);

    /** Copies native memory. */
    void copy(long target, long source, long bytes);
}
