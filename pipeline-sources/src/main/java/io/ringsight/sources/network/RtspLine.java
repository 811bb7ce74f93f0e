package io.ringsight.sources.network;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One end of an RTSP connection: messages in text, and packets between them. Bounded: a longer message ends the
 * connection. One thread reads; writing is locked.
 */
final class RtspLine implements AutoCloseable {
    private static final int MAX_HEAD = 32_768;
    private static final int MAX_BODY = 1 << 20;
    private static final int BUFFER = 65_536;
    private static final int PACKET_HEAD = 4;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] packet = new byte[PACKET_HEAD + 0xffff];

    RtspLine(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        out = socket.getOutputStream();
    }

    /**
     * A request or answer.
     *
     * @param lines its first line and its headers
     * @param body perhaps empty
     */
    record Message(List<String> lines, byte[] body) {
        String first() {
            return lines.get(0);
        }

        /** The values of a header, in their order. */
        List<String> values(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return lines.stream()
                    .skip(1)
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .toList();
        }

        String value(String name) {
            List<String> values = values(name);
            return values.isEmpty() ? "" : values.get(0);
        }
    }

    /** The next message; packets before it go to {@code other} as they are, or nowhere if that is null. */
    Message read(RtspLine other) throws IOException {
        int first = in.read();
        while (first == '$' || first == '\r' || first == '\n') {
            if (first == '$') {
                packet(other);
            }
            first = in.read();
        }
        if (first < 0) {
            throw new EOFException("the connection was closed");
        }
        return message((char) first);
    }

    private void packet(RtspLine other) throws IOException {
        packet[0] = '$';
        readFully(1, PACKET_HEAD - 1);
        int length = (packet[2] & 0xff) << 8 | packet[3] & 0xff;
        readFully(PACKET_HEAD, length);
        if (other != null) {
            other.write(packet, PACKET_HEAD + length);
        }
    }

    private void readFully(int at, int length) throws IOException {
        if (in.readNBytes(packet, at, length) < length) {
            throw new EOFException("the connection was closed");
        }
    }

    private Message message(char first) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder().append(first);
        for (int letters = 1; letters < MAX_HEAD; letters++) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (c != '\n') {
                line.append((char) c);
                continue;
            }
            String whole = line.toString().stripTrailing();
            line.setLength(0);
            if (whole.isEmpty()) {
                return new Message(lines, body(lines));
            }
            lines.add(whole);
        }
        throw new IOException("a message without an end");
    }

    private byte[] body(List<String> lines) throws IOException {
        String length = new Message(lines, new byte[0]).value("Content-Length");
        if (!length.matches("[0-9]{1,7}") || Integer.parseInt(length) > MAX_BODY) {
            return new byte[0];
        }
        return in.readNBytes(Integer.parseInt(length));
    }

    void write(Message message) throws IOException {
        byte[] head = (String.join("\r\n", message.lines()) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = java.util.Arrays.copyOf(head, head.length + message.body().length);
        System.arraycopy(message.body(), 0, all, head.length, message.body().length);
        write(all, all.length);
    }

    private void write(byte[] bytes, int length) throws IOException {
        synchronized (out) {
            out.write(bytes, 0, length);
        }
    }

    void waitForEver() throws IOException {
        socket.setSoTimeout(0);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone all the same.
        }
    }
}
