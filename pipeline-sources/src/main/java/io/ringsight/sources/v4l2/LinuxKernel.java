package io.ringsight.sources.v4l2;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The kernel of this machine, by the C library. Its constants are the same on x86-64 and arm64. */
public final class LinuxKernel implements Kernel {
    /** O_RDWR, O_NONBLOCK and O_CLOEXEC of asm-generic/fcntl.h. */
    private static final int OPEN_FLAGS = 2 | 04000 | 02000000;
    /** PROT_READ and MAP_SHARED of asm-generic/mman-common.h. */
    private static final int PROT_READ = 1;

    private static final int MAP_SHARED = 1;
    /** Of linux/major.h, for all of Video4Linux. */
    private static final int VIDEO_MAJOR = 81;
    /** A {@code pollfd}: descriptor in four bytes, what is asked in two, what is answered in two. */
    private static final int POLLFD_BYTES = 8;

    private static final int EVENTS_AT = 4;
    private static final int ANSWER_AT = 6;
    private static final int POLLHUP = 16;
    private static final int POLLNVAL = 32;

    private final Memory pollfd = new Memory(POLLFD_BYTES);
    private final long pollfdAddress = Pointer.nativeValue(pollfd);

    /** @throws LinkageError if JNA's native library does not load */
    public LinuxKernel() {
        C.poll(0, 0, 0);
    }

    /** Asks before it opens: opening a device of another kind may do things, as with a watchdog. */
    @Override
    public int open(String path) {
        try {
            long device = ((Number) Files.getAttribute(Path.of(path), "unix:rdev")).longValue();
            if ((device >> 8 & 0xfff) != VIDEO_MAJOR) {
                return -Errno.ENOTTY;
            }
        } catch (NoSuchFileException e) {
            return -Errno.ENOENT;
        } catch (AccessDeniedException e) {
            return -Errno.EACCES;
        } catch (IOException e) {
            return -Errno.EIO;
        }
        return (int) checked(C.open((path + '\0').getBytes(StandardCharsets.UTF_8), OPEN_FLAGS));
    }

    @Override
    public int close(int descriptor) {
        return (int) checked(C.close(descriptor));
    }

    @Override
    public int ioctl(int descriptor, long request, Memory argument) {
        return (int) checked(C.ioctl(descriptor, request, Pointer.nativeValue(argument)));
    }

    @Override
    public long map(int descriptor, long bytes, long offset) {
        return checked(C.mmap(0, bytes, PROT_READ, MAP_SHARED, descriptor, offset));
    }

    @Override
    public int unmap(long address, long bytes) {
        return (int) checked(C.munmap(address, bytes));
    }

    @Override
    public int poll(int descriptor, int timeoutMs) {
        pollfd.setInt(0, descriptor);
        pollfd.setShort(EVENTS_AT, (short) POLLIN);
        pollfd.setShort(ANSWER_AT, (short) 0);
        int result = (int) checked(C.poll(pollfdAddress, 1, timeoutMs));
        if (result <= 0) {
            return result;
        }
        int answer = pollfd.getShort(ANSWER_AT);
        return answer & POLLIN | ((answer & (POLLERR | POLLHUP | POLLNVAL)) == 0 ? 0 : POLLERR);
    }

    @Override
    public String text(int errno) {
        return C.strerror(errno);
    }

    @Override
    public void copy(long target, long source, long bytes) {
        C.memcpy(target, source, bytes);
    }

    private static long checked(long result) {
        return result == -1 ? -Native.getLastError() : result;
    }

    /**
     * Functions of the C library; bound when first used. Pointers and {@code size_t} are longs: JNA then makes no object
     * for a call.
     */
    private static final class C {
        static {
            Native.register(Platform.C_LIBRARY_NAME);
        }

        static native int open(byte[] path, int flags);

        static native int close(int descriptor);

        static native int ioctl(int descriptor, long request, long argument);

        static native long mmap(long address, long length, int protection, int flags, int descriptor, long offset);

        static native int munmap(long address, long length);

        static native int poll(long descriptors, long count, int timeoutMs);

        static native String strerror(int errno);

        static native long memcpy(long target, long source, long bytes);
    }
}
