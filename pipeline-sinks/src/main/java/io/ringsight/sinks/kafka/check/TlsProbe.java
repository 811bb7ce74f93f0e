package io.ringsight.sinks.kafka.check;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Asks a port whether it speaks TLS: a client of the other kind learns only that the line was cut. */
final class TlsProbe {
    /** The head of a TLS record with a handshake too short to be one: TLS answers with an alert, others with nothing. */
    private static final byte[] BROKEN_HELLO = {22, 3, 1, 0, 4, 1, 0, 0, 0};

    private static final int ALERT = 21;

    private TlsProbe() {}

    /** Why a broker whose port is open may not answer a client of {@code protocol}. */
    static String sentence(String host, int port, String protocol, int limitMs) {
        String where = host + ":" + port;
        boolean speaksTls = speaksTls(host, port, limitMs);
        boolean weDo = protocol.toUpperCase(java.util.Locale.ROOT).endsWith("SSL");
        if (speaksTls && !weDo) {
            return where + " speaks TLS, but security.protocol is " + protocol + "; set it to SSL, or SASL_SSL with a"
                    + " login";
        }
        if (!speaksTls && weDo) {
            return where + " does not speak TLS, but security.protocol is " + protocol + "; set it to PLAINTEXT or"
                    + " SASL_PLAINTEXT, or name the broker's TLS port";
        }
        return where + " takes connections, but the cluster does not answer by " + protocol
                + ": it names addresses that cannot be reached from here (advertised.listeners of the broker), wants a"
                + " login (SASL_...), or is another service";
    }

    private static boolean speaksTls(String host, int port, int limitMs) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), limitMs);
            socket.setSoTimeout(limitMs);
            socket.getOutputStream().write(BROKEN_HELLO);
            InputStream in = socket.getInputStream();
            return in.read() == ALERT;
        } catch (IOException e) {
            return false;
        }
    }
}
