package io.ringsight.app.config;

/**
 * The port for operators and Prometheus.
 *
 * @param bind address or host name to listen on
 * @param port 0: any free one
 * @param place where the port stands in the file
 */
public record HttpConfig(String bind, int port, Place place) {
    /** Listens on this machine only unless told otherwise: the pages have no password. */
    public static final String DEFAULT_BIND = "127.0.0.1";
    /** Where operators find the pages. */
    public static final int DEFAULT_PORT = 8080;

    /** The address to type into a browser. */
    public String url(int port) {
        String host = bind.contains(":") ? "[" + bind + "]" : bind;
        return "http://" + host + ":" + port;
    }

    /** Address and port as configured. */
    String address() {
        return url(port);
    }
}
