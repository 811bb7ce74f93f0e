package io.ringsight.sources;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A line between a camera and its client that carries so many bytes a second, or none: a proxy of TCP connections. */
final class SlowLine implements AutoCloseable {
    private static final int BUFFER_BYTES = 8_192;
    private static final long NS_PER_S = 1_000_000_000L;

    private final ServerSocket server;
    private final InetSocketAddress camera;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong carried = new AtomicLong();
    private volatile long bytesPerS = Long.MAX_VALUE;

    SlowLine(String cameraUri) throws IOException {
        URI uri = URI.create(cameraUri);
        camera = new InetSocketAddress(uri.getHost(), uri.getPort());
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** The camera's URI through this line. */
    String uri(String cameraUri) {
        return cameraUri.replaceFirst(":" + camera.getPort(), ":" + server.getLocalPort());
    }

    /** From now on it carries so much towards the client; 0: nothing, and connections stay. */
    void carries(long newBytesPerS) {
        bytesPerS = newBytesPerS;
    }

    /** Bytes carried towards clients so far. */
    long carried() {
        return carried.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket upstream = new Socket();
            // Small, so that what the line cannot carry waits at the camera.
            upstream.setReceiveBufferSize(BUFFER_BYTES);
            client.setSendBufferSize(BUFFER_BYTES);
            upstream.connect(camera);
            sockets.add(client);
            sockets.add(upstream);
            start(() -> pump(client, upstream, false));
            start(() -> pump(upstream, client, true));
        }
    }

    private void pump(Socket from, Socket to, boolean slowly) throws IOException {
        byte[] buffer = new byte[1_024];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                while (slowly && bytesPerS == 0 && !to.isClosed()) {
                    LockSupport.parkNanos(NS_PER_S / 100);
                }
                out.write(buffer, 0, read);
                if (slowly) {
                    carried.addAndGet(read);
                }
                if (slowly && bytesPerS < Long.MAX_VALUE && bytesPerS > 0) {
                    LockSupport.parkNanos(read * NS_PER_S / bytesPerS);
                }
            }
        } finally {
            from.close();
            to.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // A side is closed: the connection is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
