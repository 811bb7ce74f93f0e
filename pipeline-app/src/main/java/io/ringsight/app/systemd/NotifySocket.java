package io.ringsight.app.systemd;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The datagram socket on which systemd listens to a service (sd_notify). The C library is called directly: Java has no
 * unix datagram sockets, and libsystemd need not be installed. Each message uses a socket of its own; any thread.
 */
final class NotifySocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_DONTWAIT = 0x40;
    /** Of a {@code sockaddr_un}: two bytes of family, 108 of name, of which the last ends the name. */
    private static final int MAX_NAME_BYTES = 107;

    private static final int FAMILY_BYTES = 2;

    private final byte[] address;

    /**
     * @param name a path, or a name that begins with "@" for Linux's abstract sockets
     * @throws IOException if it is neither
     */
    NotifySocket(String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        boolean valid = (name.startsWith("/") || name.startsWith("@")) && bytes.length > 1;
        if (!valid || bytes.length > MAX_NAME_BYTES) {
            throw new IOException("NOTIFY_SOCKET: expected a path or an abstract name (@...) of at most "
                    + MAX_NAME_BYTES + " bytes, got '" + name + "'");
        }
        boolean isAbstract = bytes[0] == '@';
        if (isAbstract) {
            bytes[0] = 0;
        }
        // an abstract name is as long as it is; a path ends with a zero
        address = ByteBuffer.allocate(FAMILY_BYTES + bytes.length + (isAbstract ? 0 : 1))
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(bytes)
                .array();
    }

    /**
     * Sends one message and does not wait.
     *
     * @throws IOException if nobody listens, the receiver's queue is full, or JNA's native library does not load
     */
    void send(String message) throws IOException {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        try {
            int socket = C.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            try {
                C.sendto(socket, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT, address, address.length);
            } finally {
                C.close(socket);
            }
        } catch (LastErrorException e) {
            throw new IOException(e.getMessage(), e);
        } catch (LinkageError e) {
            throw new IOException("JNA does not load: " + e.getMessage(), e);
        }
    }

    /** Functions of the C library; bound when first used. {@code size_t} and {@code ssize_t} are as long as a pointer. */
    private static final class C {
        static {
            Native.register(Platform.C_LIBRARY_NAME);
        }

        static native int socket(int domain, int type, int protocol) throws LastErrorException;

        static native long sendto(int socket, byte[] bytes, long length, int flags, byte[] address, int addressLength)
                throws LastErrorException;

        static native int close(int socket) throws LastErrorException;
    }
}
