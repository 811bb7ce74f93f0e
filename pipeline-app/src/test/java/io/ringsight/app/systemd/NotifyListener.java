package io.ringsight.app.systemd;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;

/** A unix datagram socket that hears what a service tells, as systemd's own does. */
public final class NotifyListener implements AutoCloseable {
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;

    private final int socket;

    /** Listens at a path, or at an abstract name that begins with "@". */
    public NotifyListener(String name) {
        socket = C.socket(1, 2, 0);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes[0] == '@') {
            bytes[0] = 0;
        }
        byte[] address = ByteBuffer.allocate(2 + bytes.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) 1)
                .put(bytes)
                .array();
        C.bind(socket, address, address.length);
    }

    /** The next message; fails after {@code limit}. */
    public String next(Duration limit) {
        byte[] timeout = ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(limit.toSeconds())
                .putLong(limit.toNanosPart() / 1_000)
                .array();
        C.setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length);
        byte[] message = new byte[4096];
        long length = C.recv(socket, message, message.length, 0);
        return new String(message, 0, (int) length, StandardCharsets.UTF_8);
    }

    /** The next message for which {@code wanted} holds; those before are skipped. */
    public String next(Duration limit, Predicate<String> wanted) {
        String message = next(limit);
        while (!wanted.test(message)) {
            message = next(limit);
        }
        return message;
    }

    @Override
    public void close() {
        C.close(socket);
    }

    private static final class C {
        static {
            Native.register(Platform.C_LIBRARY_NAME);
        }

        static native int socket(int domain, int type, int protocol) throws LastErrorException;

        static native int bind(int socket, byte[] address, int length) throws LastErrorException;

        static native int setsockopt(int socket, int level, int option, byte[] value, int length)
                throws LastErrorException;

        static native long recv(int socket, byte[] bytes, long length, int flags) throws LastErrorException;

        static native int close(int socket) throws LastErrorException;
    }
}
