package io.ringsight.sources;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * An RTSP camera as small as can be, for opening it a thousand times: one client at a time, H.264 over the connection
 * itself, all of a short video at once. What it does then goes by the mount: {@code /hangs-up} breaks the connection,
 * {@code /stays} shows it again and again, {@code /breaks-off} sends no more than half of the next picture, {@code
 * /refuses} answers 404, and e.g. {@code /leaves-at-PLAY} breaks the connection instead of answering PLAY.
 */
public final class TinyRtspServer implements AutoCloseable {
    private static final int MAX_PACKET = 1_400;
    private static final int RTP_HEADER = 12;
    private static final long BETWEEN_VIDEOS_NS = 2_000_000L;

    private final ServerSocket server;
    private final List<byte[]> nalUnits;
    private int seq;
    private int time;
    private int served;
    private int nonce;

    /** @param annexB a video in H.264's own byte stream */
    public TinyRtspServer(byte[] annexB) throws IOException {
        nalUnits = split(annexB);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "tiny-rtsp");
        thread.setDaemon(true);
        thread.start();
    }

    public String uri(String mount) {
        return "rtsp://127.0.0.1:" + server.getLocalPort() + mount;
    }

    /** Connections served so far. */
    synchronized int served() {
        return served;
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.setTcpNoDelay(true);
                talk(new BufferedInputStream(client.getInputStream()), client.getOutputStream());
            } catch (IOException e) {
                // The client has gone, or the server is closed.
            }
            synchronized (this) {
                served++;
            }
        }
    }

    private void talk(InputStream in, OutputStream raw) throws IOException {
        OutputStream out = new BufferedOutputStream(raw);
        while (true) {
            List<String> request = request(in);
            if (request.isEmpty()) {
                return;
            }
            String first = request.get(0);
            if (first.contains("/leaves-at-" + first.split(" ")[0])) {
                return;
            }
            String cseq = request.stream()
                    .filter(line -> line.startsWith("CSeq"))
                    .findFirst()
                    .orElse("CSeq: 0");
            if (first.contains("/sha256") && !isLoggedIn(request)) {
                String wanted = "WWW-Authenticate: Digest realm=\"tiny\", qop=\"auth\", algorithm=SHA-256, nonce=\""
                        + ++nonce + "\"\r\n";
                answer(out, "401 Unauthorized", cseq, wanted, "");
            } else if (first.startsWith("DESCRIBE") && first.contains("/refuses")) {
                answer(out, "404 Not Found", cseq, "", "");
            } else if (first.startsWith("DESCRIBE")) {
                answer(out, "200 OK", cseq, "Content-Type: application/sdp\r\n", sdp());
            } else if (first.startsWith("SETUP")) {
                String transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n";
                answer(out, "200 OK", cseq, transport, "");
            } else {
                answer(out, "200 OK", cseq, "Session: 1\r\nPublic: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", "");
            }
            out.flush();
            if (first.startsWith("PLAY")) {
                seq = 0;
                time = 0;
                play(out);
                if (first.contains("/hangs-up")) {
                    return;
                }
                if (first.contains("/breaks-off")) {
                    halfAPicture(out);
                }
                while (in.available() == 0) {
                    LockSupport.parkNanos(BETWEEN_VIDEOS_NS);
                    if (first.contains("/stays")) {
                        play(out);
                    }
                }
            }
        }
    }

    /** Each nonce is good for two requests. */
    private boolean isLoggedIn(List<String> request) {
        String login = request.stream()
                .filter(line -> line.startsWith("Authorization: Digest "))
                .findFirst()
                .orElse("");
        String[] words = request.get(0).split(" ");
        String secret = sha256("me:tiny:s3cret");
        String count = login.replaceAll(".*nc=([0-9a-f]+).*", "$1");
        String client = login.replaceAll(".*cnonce=\"([0-9a-f]+)\".*", "$1");
        String response = sha256(
                secret + ":" + nonce + ":" + count + ":" + client + ":auth:" + sha256(words[0] + ":" + words[1]));
        return login.contains("response=\"" + response + "\"")
                && (count.equals("00000001") || count.equals("00000002"));
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> request(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '$' && lines.isEmpty() && line.length() == 0) {
                // The client's reports.
                in.read();
                in.skipNBytes((in.read() << 8) + in.read());
            } else if (c == '\n') {
                if (line.length() == 0) {
                    return lines;
                }
                lines.add(line.toString());
                line.setLength(0);
            } else if (c != '\r') {
                line.append((char) c);
            }
        }
        return List.of();
    }

    private static void answer(OutputStream out, String status, String cseq, String headers, String body)
            throws IOException {
        String text = "RTSP/1.0 " + status + "\r\n" + cseq + "\r\n" + headers + "Content-Length: " + body.length()
                + "\r\n\r\n" + body;
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String sdp() {
        return String.join(
                "\r\n",
                "v=0",
                "o=- 1 1 IN IP4 127.0.0.1",
                "s=tiny",
                "t=0 0",
                "m=video 0 RTP/AVP 96",
                "a=rtpmap:96 H264/90000",
                "a=fmtp:96 packetization-mode=1",
                "a=control:track1",
                "");
    }

    private void play(OutputStream out) throws IOException {
        for (byte[] nal : nalUnits) {
            int type = nal[0] & 0x1f;
            boolean picture = type == 1 || type == 5;
            int at = 1;
            boolean whole = nal.length <= MAX_PACKET;
            if (whole) {
                packet(out, seq++, time, picture, ByteBuffer.wrap(nal));
            }
            while (!whole && at < nal.length) {
                int length = Math.min(MAX_PACKET, nal.length - at);
                boolean last = at + length == nal.length;
                packet(out, seq++, time, picture && last, fragment(nal, at, length));
                at += length;
            }
            time += picture ? 3_600 : 0;
        }
        out.flush();
    }

    private void halfAPicture(OutputStream out) throws IOException {
        byte[] key = nalUnits.stream()
                .filter(nal -> (nal[0] & 0x1f) == 5)
                .findFirst()
                .orElseThrow();
        packet(out, seq++, time, false, fragment(key, 1, Math.min(MAX_PACKET, key.length / 2)));
        out.flush();
    }

    /** A fragment of one unit: indicator and header byte, RFC 6184, section 5.8. */
    private static ByteBuffer fragment(byte[] nal, int at, int length) {
        boolean last = at + length == nal.length;
        ByteBuffer payload = ByteBuffer.allocate(length + 2);
        payload.put((byte) (nal[0] & 0x60 | 28));
        payload.put((byte) ((at == 1 ? 0x80 : 0) | (last ? 0x40 : 0) | nal[0] & 0x1f));
        return payload.put(nal, at, length).flip();
    }

    private static void packet(OutputStream out, int seq, int time, boolean marker, ByteBuffer payload)
            throws IOException {
        ByteBuffer packet = ByteBuffer.allocate(4 + RTP_HEADER + payload.remaining());
        packet.put((byte) '$').put((byte) 0).putShort((short) (RTP_HEADER + payload.remaining()));
        packet.put((byte) 0x80).put((byte) ((marker ? 0x80 : 0) | 96)).putShort((short) seq);
        packet.putInt(time).putInt(0x1234).put(payload);
        out.write(packet.array());
    }

    private static List<byte[]> split(byte[] stream) {
        List<byte[]> units = new ArrayList<>();
        int start = -1;
        for (int i = 0; i + 2 < stream.length; i++) {
            if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) {
                addUnit(units, stream, start, i);
                start = i + 3;
            }
        }
        addUnit(units, stream, start, stream.length);
        return units;
    }

    private static void addUnit(List<byte[]> units, byte[] stream, int start, int end) {
        int to = end;
        while (to > 0 && start >= 0 && to > start && stream[to - 1] == 0) {
            to--;
        }
        if (start >= 0 && to > start) {
            units.add(java.util.Arrays.copyOfRange(stream, start, to));
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
