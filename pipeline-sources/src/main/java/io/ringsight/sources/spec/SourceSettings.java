package io.ringsight.sources.spec;

import java.util.Map;

/**
 * What a configuration may say of a source beside its URI, each named as its key there. Null: not said, so the default
 * holds. A setting that has no meaning for the URI's kind of source is refused by {@link SourceSpec#parse}.
 *
 * @param transport {@code tcp}, {@code udp} or {@code auto}; RTSP only
 * @param username of a network camera or server
 * @param password of a network camera or server; of SRT the passphrase
 * @param tlsVerify whether the certificate must be trusted; rtsps, https and rtmps only
 * @param caFile PEM file of the authorities to trust instead of the built-in ones; likewise
 * @param videoSize e.g. {@code 1280x720}; V4L2 only
 * @param framerate frames a second, e.g. {@code 30} or {@code 30000/1001}; V4L2, and how often a single picture is
 *     fetched by HTTP
 * @param inputFormat the device's pixel format or codec, e.g. {@code mjpeg} or {@code yuyv422}; V4L2 only
 * @param openTimeoutMs the longest opening may take, and then the longest until the first picture; cameras only
 * @param stallTimeoutMs the longest time without a picture; cameras only
 * @param frozenTimeoutMs how long the picture may be unchanged or black, 0 for ever; cameras only
 * @param maxLagMs how much later than the fastest frames may come, 0 any time; network cameras but HTTP
 * @param options FFmpeg options by name, handed on as they are; not for synthetic sources
 */
public record SourceSettings(
        String transport,
        String username,
        String password,
        Boolean tlsVerify,
        String caFile,
        String videoSize,
        String framerate,
        String inputFormat,
        Long openTimeoutMs,
        Long stallTimeoutMs,
        Long frozenTimeoutMs,
        Long maxLagMs,
        Map<String, String> options) {
    /** Nothing said: all defaults. */
    public static final SourceSettings NONE =
            new SourceSettings(null, null, null, null, null, null, null, null, null, null, null, null, Map.of());

    public SourceSettings {
        options = options == null ? Map.of() : Map.copyOf(options);
    }

    /** All but the password. */
    @Override
    public String toString() {
        return "SourceSettings[transport=" + transport + ", username=" + username + ", password="
                + (password == null ? null : "***") + ", tlsVerify=" + tlsVerify + ", caFile=" + caFile
                + ", videoSize=" + videoSize + ", framerate=" + framerate + ", inputFormat=" + inputFormat
                + ", openTimeoutMs=" + openTimeoutMs + ", stallTimeoutMs=" + stallTimeoutMs
                + ", frozenTimeoutMs=" + frozenTimeoutMs + ", maxLagMs=" + maxLagMs + ", options="
                + options.keySet() + "]";
    }
}
