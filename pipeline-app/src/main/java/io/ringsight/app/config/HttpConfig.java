package io.ringsight.app.config;

/**
 * The port for operators and Prometheus.
 *
 * @param bind address or host name to listen on
 * @param port 0: any free one
 * @param publishTimeoutSeconds how long a sink may publish nothing before the daemon is not ready
 * @param place where the port stands in the file
 */
public record HttpConfig(String bind, int port, int publishTimeoutSeconds, Place place) {
    /** Listens on this machine only unless told otherwise: the pages have no password. */
    public static final String DEFAULT_BIND = "127.0.0.1";
    /** Where operators find the pages. */
    public static final int DEFAULT_PORT = 8080;

    /** Longer than a broker's restart in order. */
    public static final int DEFAULT_PUBLISH_TIMEOUT_SECONDS = 30;

    /** Pages with the default limits. */
    public HttpConfig(String bind, int port, Place place) {
        this(bind, port, DEFAULT_PUBLISH_TIMEOUT_SECONDS, place);
    }

    /** The address to type into a browser. */
    public String url(int port) {
        String host = bind.contains(":") ? "[" + bind + "]" : bind;
        return "http://" + host + ":" + port;
    }

    /** What it says, wherever it stands in its file. */
    HttpConfig anywhere() {
        return new HttpConfig(bind, port, publishTimeoutSeconds, null);
    }
}
