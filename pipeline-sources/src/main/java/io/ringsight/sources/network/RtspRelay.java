package io.ringsight.sources.network;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.run.Threads;
import io.ringsight.sources.network.RtspLine.Message;
import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs in to a camera whose challenge FFmpeg cannot answer (SHA-256): FFmpeg speaks to it on this machine, without a
 * password, and it adds the answer to each request. All else goes through as it is, pictures and clock reports too, so
 * only what travels over the one connection (transport tcp) can be relayed.
 *
 * <p>It lets one client in, which must know an unguessable path; it holds two threads and a packet each way, and ends
 * with either connection. Its owner closes it.
 */
public final class RtspRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RtspRelay.class);
    private static final int TOKEN_BYTES = 16;
    private static final int DEFAULT_PORT = 554;
    private static final int DEFAULT_TLS_PORT = 322;

    private final SourceSpec.Rtsp spec;
    private final InetSocketAddress camera;
    private final int timeoutMs;
    private final String token;
    private final ServerSocket server;
    private volatile RtspLine toClient;
    private volatile RtspLine toCamera;
    private DigestChallenge challenge;
    private int answers;
    private Message last;
    private boolean lastRepeated;

    private RtspRelay(SourceSpec.Rtsp spec, InetSocketAddress camera, int timeoutMs) throws IOException {
        this.spec = spec;
        this.camera = camera;
        this.timeoutMs = timeoutMs;
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        token = HexFormat.of().formatHex(random);
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        server.setSoTimeout(timeoutMs);
    }

    /**
     * Asks the camera what it wants, and stands between if FFmpeg cannot give it.
     *
     * @param otherwise what FFmpeg made of it, for a camera that FFmpeg can answer
     * @throws EndedException {@code otherwise}, or why it cannot be relayed either
     */
    public static RtspRelay ifNeeded(SourceSpec.Rtsp spec, int timeoutMs, EndedException otherwise)
            throws EndedException {
        try {
            InetSocketAddress camera = address(spec);
            List<String> challenges = challenges(spec, camera, timeoutMs);
            if (DigestChallenge.isForFfmpeg(challenges)) {
                throw otherwise;
            }
            check(spec, challenges);
            RtspRelay relay = new RtspRelay(spec, camera, timeoutMs);
            Threads.start("rtsp-login", relay::serve);
            return relay;
        } catch (IOException e) {
            throw otherwise;
        }
    }

    private static void check(SourceSpec.Rtsp spec, List<String> challenges) throws EndedException {
        if (DigestChallenge.best(challenges).isEmpty()) {
            throw new EndedException(Ending.retry(
                    GapReason.AUTH_FAILED,
                    "the camera wants a digest by " + DigestChallenge.algorithms(challenges)
                            + "; expected MD5 or SHA-256: change it in the camera's settings"));
        }
        if (spec.transport() == SourceSpec.Transport.UDP) {
            throw new EndedException(Ending.retry(
                    GapReason.UNSUPPORTED,
                    "the camera wants a digest by SHA-256, which works with transport tcp only; set transport to tcp or"
                            + " auto, or the camera to MD5"));
        }
    }

    private static InetSocketAddress address(SourceSpec.Rtsp spec) throws IOException {
        URI uri;
        try {
            uri = URI.create(base(spec.url()).replaceFirst("^rtsps?", "rtsp"));
        } catch (IllegalArgumentException e) {
            throw new IOException("no host");
        }
        int port = uri.getPort() > 0 ? uri.getPort() : spec.isTls() ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        return new InetSocketAddress(uri.getHost(), port);
    }

    /** Scheme, host and port. */
    private static String base(String url) {
        int end = url.indexOf("://") + 3;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return url.substring(0, end);
    }

    private static List<String> challenges(SourceSpec.Rtsp spec, InetSocketAddress camera, int timeoutMs)
            throws IOException {
        try (RtspLine line = connect(spec, camera, timeoutMs)) {
            line.write(new Message(
                    List.of("DESCRIBE " + spec.url() + " RTSP/1.0", "CSeq: 1", "Accept: application/sdp"),
                    new byte[0]));
            return line.read(null).values("WWW-Authenticate");
        }
    }

    private static RtspLine connect(SourceSpec.Rtsp spec, InetSocketAddress camera, int timeoutMs) throws IOException {
        Socket socket = new Socket();
        boolean connected = false;
        try {
            socket.connect(camera, timeoutMs);
            socket.setSoTimeout(timeoutMs);
            RtspLine line = new RtspLine(spec.isTls() ? TlsSocket.over(socket, camera, spec) : socket);
            connected = true;
            return line;
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    /** What FFmpeg has to open in place of the camera. */
    public SourceSpec.Rtsp local() {
        String path = spec.url().substring(base(spec.url()).length());
        return new SourceSpec.Rtsp(
                localBase() + path, SourceSpec.Transport.TCP, null, null, true, null, spec.timeouts(), spec.options());
    }

    private String localBase() {
        return "rtsp://127.0.0.1:" + server.getLocalPort() + "/" + token;
    }

    private void serve() {
        try {
            RtspLine client = new RtspLine(server.accept());
            toClient = client;
            Message first = client.read(null);
            if (!first.first().contains(" " + localBase())) {
                throw new IOException("not the client this is for");
            }
            server.close();
            toCamera = connect(spec, camera, timeoutMs);
            // From here on FFmpeg's own deadline ends it.
            toCamera.waitForEver();
            Threads.start("rtsp-login-back", this::giveBack);
            send(first);
            while (true) {
                send(client.read(toCamera));
            }
        } catch (IOException e) {
            // Either end has gone: so has the other.
        } catch (RuntimeException | Error e) {
            tell(e);
        } finally {
            close();
        }
    }

    private void giveBack() {
        RtspLine camera = toCamera;
        RtspLine client = toClient;
        try {
            while (true) {
                Message answer = camera.read(client);
                if (!repeats(answer)) {
                    client.write(answer);
                }
            }
        } catch (IOException e) {
            // As above.
        } catch (RuntimeException | Error e) {
            tell(e);
        } finally {
            close();
        }
    }

    /** This camera's line is cut, which its source sees, and the others go on. */
    private static void tell(Throwable e) {
        LOG.error("logging in to a camera failed", Redaction.cause(e));
    }

    private synchronized void send(Message request) throws IOException {
        List<String> lines = new ArrayList<>(request.lines());
        lines.set(0, request.first().replace(localBase(), base(spec.url())));
        last = new Message(lines, request.body());
        lastRepeated = false;
        toCamera.write(loggedIn(last));
    }

    private Message loggedIn(Message request) {
        String[] words = request.first().split(" ");
        if (challenge == null || words.length < 2) {
            return request;
        }
        List<String> lines = new ArrayList<>(request.lines());
        answers++;
        lines.add("Authorization: " + challenge.answer(words[0], words[1], spec.username(), spec.password(), answers));
        return new Message(lines, request.body());
    }

    /** The first request has no answer to a challenge yet, later ones may have one that is too old. */
    private synchronized boolean repeats(Message answer) throws IOException {
        boolean wanted = answer.first().matches("RTSP/1\\.[0-9] 401.*")
                && last != null
                && !lastRepeated
                && answer.value("CSeq").equals(last.value("CSeq"));
        DigestChallenge again =
                wanted ? DigestChallenge.best(answer.values("WWW-Authenticate")).orElse(null) : null;
        if (again == null) {
            return false;
        }
        challenge = again;
        answers = 0;
        lastRepeated = true;
        toCamera.write(loggedIn(last));
        return true;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            // It is gone all the same.
        }
        if (toClient != null) {
            toClient.close();
        }
        if (toCamera != null) {
            toCamera.close();
        }
    }
}
