package io.ringsight.app.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Requests as nobody's client library would send them. */
public final class RawHttp {
    private static final int LIMIT_MS = 60_000;

    private RawHttp() {}

    /** A connection to a port of this machine; reading fails after a minute. */
    public static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(LIMIT_MS);
        return socket;
    }

    /** Sends the text, byte by byte as it is, and reads what comes until the server closes. */
    public static String send(int port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** GET with more header lines, each with its line end. */
    public static String get(int port, String path, String headers) throws IOException {
        return send(port, "GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
    }

    /** The status of an answer; -1 if it is none. */
    public static int status(String answer) {
        return answer.matches("(?s)HTTP/1\\.[01] [0-9]{3} .*") ? Integer.parseInt(answer.substring(9, 12)) : -1;
    }
}
