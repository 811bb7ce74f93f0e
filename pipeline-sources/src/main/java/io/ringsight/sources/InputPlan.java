package io.ringsight.sources;

import io.ringsight.sources.SourceSpec.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What to tell FFmpeg to open a source.
 *
 * @param url with credentials, so never for people
 * @param format FFmpeg's input format; null: by looking at the data
 * @param options by name; what nobody takes is a configuration error
 * @param nonBlocking whether reading must return at once when nothing is there
 * @param probe whether to read ahead to learn all about the streams. Never for cameras: what is read ahead is old when
 *     it is decoded, and the decoder learns all from the stream itself
 */
record InputPlan(String url, String format, Map<String, String> options, boolean nonBlocking, boolean probe) {
    /** Where Linux distributions keep the authorities they trust; FFmpeg's own OpenSSL does not know. */
    private static final List<String> AUTHORITIES = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem");

    static InputPlan rtsp(SourceSpec.Rtsp spec) {
        Map<String, String> options = new LinkedHashMap<>();
        putTransport(options, spec.transport());
        // Sound is neither asked for nor sent then.
        options.put("allowed_media_types", "video");
        if (spec.isTls()) {
            options.put("tls_verify", spec.tlsVerify() ? "1" : "0");
            String authorities = spec.caFile() != null ? spec.caFile().toString() : systemAuthorities();
            if (authorities != null) {
                options.put("ca_file", authorities);
            }
        }
        options.putAll(spec.options());
        return new InputPlan(withCredentials(spec), "rtsp", options, false, false);
    }

    /** For AUTO both are allowed in one session: a camera that refuses TCP may be busy for a new one at once. */
    private static void putTransport(Map<String, String> options, Transport transport) {
        if (transport == Transport.AUTO) {
            options.put("rtsp_transport", "tcp+udp");
            options.put("rtsp_flags", "prefer_tcp");
        } else {
            options.put("rtsp_transport", transport == Transport.UDP ? "udp" : "tcp");
        }
    }

    /** @param device where the camera is now */
    static InputPlan v4l2(SourceSpec.V4l2 spec, String device) {
        Map<String, String> options = new LinkedHashMap<>();
        putIfGiven(options, "video_size", spec.videoSize());
        putIfGiven(options, "framerate", spec.framerate());
        putIfGiven(options, "input_format", spec.inputFormat());
        options.putAll(spec.options());
        // FFmpeg never asks the interrupt callback here: a blocking read of a camera without pictures ends never.
        return new InputPlan(device, "v4l2", options, true, false);
    }

    static InputPlan recording(SourceSpec.Recording spec) {
        Map<String, String> options = new LinkedHashMap<>();
        // A play list or session description under a film's name must not make FFmpeg open connections.
        options.put("protocol_whitelist", "file,crypto,data");
        options.putAll(spec.options());
        return new InputPlan("file:" + spec.path(), null, options, false, true);
    }

    private static void putIfGiven(Map<String, String> options, String name, String value) {
        if (value != null) {
            options.put(name, value);
        }
    }

    private static String withCredentials(SourceSpec.Rtsp spec) {
        if (spec.username() == null) {
            return spec.url();
        }
        String userInfo = Redaction.percentEncoded(spec.username()) + ":" + Redaction.percentEncoded(spec.password());
        int hostAt = spec.url().indexOf("://") + 3;
        return spec.url().substring(0, hostAt) + userInfo + "@" + spec.url().substring(hostAt);
    }

    private static String systemAuthorities() {
        return AUTHORITIES.stream()
                .filter(file -> Files.isReadable(Path.of(file)))
                .findFirst()
                .orElse(null);
    }

    /** Without URL and option values: they may hold secrets. */
    @Override
    public String toString() {
        return "InputPlan[format=" + format + ", options=" + options.keySet() + "]";
    }
}
