package io.ringsight.app.config;

import io.ringsight.app.config.tls.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * The port for operators and Prometheus.
 *
 * @param bind address or host name to listen on
 * @param port 0: any free one
 * @param publishTimeoutSeconds how long a sink may publish nothing before the daemon is not ready
 * @param auth who may see what
 * @param tls the certificate of https; empty: plain http
 * @param hosts names that clients may ask for beside those of this machine; empty: see {@link #bind}
 * @param place where the port stands in the file
 */
public record HttpConfig(
        String bind,
        int port,
        int publishTimeoutSeconds,
        HttpAuth auth,
        Optional<TlsFiles> tls,
        List<String> hosts,
        Place place) {
    /** Listens on this machine only unless told otherwise. */
    public static final String DEFAULT_BIND = "127.0.0.1";
    /** Where operators find the pages. */
    public static final int DEFAULT_PORT = 8080;

    /** Longer than a broker's restart in order. */
    public static final int DEFAULT_PUBLISH_TIMEOUT_SECONDS = 30;

    public HttpConfig {
        hosts = List.copyOf(hosts);
    }

    /** Pages for everybody who reaches them, with the default limits. */
    public HttpConfig(String bind, int port, Place place) {
        this(bind, port, DEFAULT_PUBLISH_TIMEOUT_SECONDS, HttpAuth.OPEN, Optional.empty(), List.of(), place);
    }

    /** The address to type into a browser. */
    public String url(int port) {
        String host = bind.contains(":") ? "[" + bind + "]" : bind;
        return (tls.isPresent() ? "https://" : "http://") + host + ":" + port;
    }

    /** Whether only programs of this machine can connect. */
    public boolean isLoopback() {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** What it says, wherever it stands in its file. */
    HttpConfig anywhere() {
        return new HttpConfig(bind, port, publishTimeoutSeconds, auth, tls, hosts, null);
    }
}
