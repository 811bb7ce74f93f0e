package io.ringsight.sources;

import io.ringsight.core.run.Threads;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An RTSP camera of our own on the loopback interface, to prove that cameras can be read here: one H.264 picture, shown
 * again and again, in the connection itself (RFC 2326, 10.12; RFC 6184, single units). One client at a time, on a thread
 * of its own.
 */
final class LoopbackCamera implements AutoCloseable {
    private static final int PICTURES = 50;
    private static final int TICKS_PER_PICTURE = 3_600;
    private static final int RTP_HEADER_BYTES = 12;
    private static final int PAYLOAD_TYPE = 96;
    private static final String SDP = String.join(
            "\r\n",
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=doctor",
            "t=0 0",
            "m=video 0 RTP/AVP " + PAYLOAD_TYPE,
            "a=rtpmap:" + PAYLOAD_TYPE + " H264/90000",
            "a=fmtp:" + PAYLOAD_TYPE + " packetization-mode=1",
            "a=control:track1",
            "");

    private final ServerSocket server;
    private final List<byte[]> units;

    /**
     * Listens at once.
     *
     * @param annexB one picture that needs no other, in H.264's own byte stream, of units shorter than 64 KiB
     */
    LoopbackCamera(byte[] annexB) throws IOException {
        units = units(annexB);
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Threads.start("loopback-camera", this::serve);
    }

    String uri() {
        return "rtsp://127.0.0.1:" + server.getLocalPort() + "/doctor";
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                talk(
                        new DataInputStream(client.getInputStream()),
                        new DataOutputStream(new BufferedOutputStream(client.getOutputStream())));
            } catch (IOException expected) {
                // The client has gone, or the server is closed.
            }
        }
    }

    private void talk(DataInputStream in, DataOutputStream out) throws IOException {
        for (List<String> request = request(in); !request.isEmpty(); request = request(in)) {
            String method = request.get(0).split(" ")[0];
            out.writeBytes("RTSP/1.0 200 OK\r\n");
            for (String line : request) {
                out.writeBytes(line.startsWith("CSeq:") ? line + "\r\n" : "");
            }
            out.writeBytes("Session: 1\r\n");
            switch (method) {
                case "DESCRIBE" ->
                    out.writeBytes(
                            "Content-Type: application/sdp\r\nContent-Length: " + SDP.length() + "\r\n\r\n" + SDP);
                case "SETUP" -> out.writeBytes("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
                default -> out.writeBytes("Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n");
            }
            if (method.equals("PLAY")) {
                play(out);
            }
            out.flush();
        }
    }

    /** The lines of the next request; none at the end. What the client reports of the stream is skipped. */
    private static List<String> request(DataInputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '$' && lines.isEmpty() && line.isEmpty()) {
                in.skipNBytes(1);
                in.skipNBytes(in.readUnsignedShort());
            } else if (c == '\n' && line.isEmpty()) {
                return lines;
            } else if (c == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            } else if (c != '\r') {
                line.append((char) c);
            }
        }
        return List.of();
    }

    private void play(DataOutputStream out) throws IOException {
        int packet = 0;
        for (int picture = 0; picture < PICTURES; picture++) {
            for (int i = 0; i < units.size(); i++) {
                byte[] unit = units.get(i);
                int marker = i == units.size() - 1 ? 0x80 : 0;
                out.writeByte('$');
                out.writeByte(0);
                out.writeShort(RTP_HEADER_BYTES + unit.length);
                out.writeByte(0x80);
                out.writeByte(marker | PAYLOAD_TYPE);
                out.writeShort(packet++);
                out.writeInt(picture * TICKS_PER_PICTURE);
                out.writeInt(1);
                out.write(unit);
            }
        }
    }

    /** What lies between the start codes (00 00 01), without the zeros before them. */
    private static List<byte[]> units(byte[] annexB) {
        String stream = new String(annexB, StandardCharsets.ISO_8859_1);
        return Arrays.stream(stream.split("\0*\0\0\1"))
                .filter(unit -> !unit.isEmpty())
                .map(unit -> unit.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
