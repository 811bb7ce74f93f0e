package io.ringsight.core.run;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Ports for parts that are told where to listen, or where nobody does. They lie below those that the system gives to
 * connections and to whoever asks for any port, so nobody takes one while its part is away; a process gets each once.
 */
public final class FreePort {
    private static final int FIRST = 24_000;
    private static final int COUNT = 8_000;

    /** Test processes that run at the same time begin at places of their own. */
    private static int next = (int) (ProcessHandle.current().pid() * 97 % COUNT);

    private FreePort() {}

    /** A port of 127.0.0.1 that nobody uses now, by TCP or UDP. */
    public static synchronized int take() {
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + next;
            next = (next + 1) % COUNT;
            if (isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no port of " + FIRST + " to " + (FIRST + COUNT - 1) + " is free");
    }

    private static boolean isFree(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (ServerSocket tcp = new ServerSocket();
                DatagramSocket udp = new DatagramSocket(null)) {
            tcp.bind(address);
            udp.bind(address);
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
