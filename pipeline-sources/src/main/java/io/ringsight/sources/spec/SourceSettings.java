package io.ringsight.sources.spec;

import java.util.Map;

/**
 * What a configuration may say of a source beside its URI, each named as its key there. Null: not said, so the default
 * holds. A setting that has no meaning for the URI's kind of source is refused by {@link SourceSpec#parse}.
 *
 * @param transport {@code tcp}, {@code udp} or {@code auto}; RTSP only
 * @param login who we are
 * @param tls whom to trust; rtsps, https and rtmps only
 * @param format what pictures to ask for
 * @param limits how long what may take; cameras only
 * @param options FFmpeg options by name, handed on as they are; not for synthetic sources
 */
public record SourceSettings(
        String transport, Login login, Tls tls, Format format, Limits limits, Map<String, String> options) {
    /** Nothing said: all defaults. */
    public static final SourceSettings NONE =
            new SourceSettings(null, Login.NONE, Tls.NONE, Format.NONE, Limits.NONE, Map.of());

    public SourceSettings {
        options = options == null ? Map.of() : Map.copyOf(options);
    }

    /** This, but for {@code login}. */
    public SourceSettings with(Login login) {
        return new SourceSettings(transport, login, tls, format, limits, options);
    }

    /** This, but for {@code tls}. */
    public SourceSettings with(Tls tls) {
        return new SourceSettings(transport, login, tls, format, limits, options);
    }

    /** This, but for {@code format}. */
    public SourceSettings with(Format format) {
        return new SourceSettings(transport, login, tls, format, limits, options);
    }

    /** This, but for {@code limits}. */
    public SourceSettings with(Limits limits) {
        return new SourceSettings(transport, login, tls, format, limits, options);
    }

    /**
     * Who we are to a network camera or server.
     *
     * @param username the name
     * @param password the password; of SRT the passphrase
     */
    public record Login(String username, String password) {
        /** Nothing said. */
        public static final Login NONE = new Login(null, null);

        /** All but the password. */
        @Override
        public String toString() {
            return "Login[username=" + username + ", password=" + (password == null ? null : "***") + "]";
        }
    }

    /**
     * Whom to trust.
     *
     * @param tlsVerify whether the certificate must be trusted
     * @param caFile PEM file of the authorities to trust instead of the built-in ones
     */
    public record Tls(Boolean tlsVerify, String caFile) {
        /** Nothing said. */
        public static final Tls NONE = new Tls(null, null);
    }

    /**
     * What pictures to ask for.
     *
     * @param videoSize e.g. {@code 1280x720}; V4L2 only
     * @param framerate frames a second, e.g. {@code 30} or {@code 30000/1001}; V4L2, and how often a single picture is
     *     fetched by HTTP
     * @param inputFormat the device's pixel format or codec, e.g. {@code mjpeg} or {@code yuyv422}; V4L2 only
     */
    public record Format(String videoSize, String framerate, String inputFormat) {
        /** Nothing said. */
        public static final Format NONE = new Format(null, null, null);
    }

    /**
     * How long what may take, in milliseconds.
     *
     * @param openTimeoutMs the longest opening may take, and then the longest until the first picture
     * @param stallTimeoutMs the longest time without a picture
     * @param frozenTimeoutMs how long the picture may be unchanged or black, 0 for ever
     * @param maxLagMs how much later than the fastest frames may come, 0 any time; network cameras but HTTP
     */
    public record Limits(Long openTimeoutMs, Long stallTimeoutMs, Long frozenTimeoutMs, Long maxLagMs) {
        /** Nothing said. */
        public static final Limits NONE = new Limits(null, null, null, null);
    }

    /** All but the password, and of the options their names: a value may be secret. */
    @Override
    public String toString() {
        return "SourceSettings[transport=" + transport + ", " + login + ", " + tls + ", " + format + ", " + limits
                + ", options=" + options.keySet() + "]";
    }
}
