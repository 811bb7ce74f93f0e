package io.ringsight.sources.libav;

import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpec.Transport;
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
 * @param probe whether to read ahead to learn all about the streams. Never for cameras: what is read ahead is old when
 *     it is decoded, and the decoder learns all from the stream itself
 * @param track which of its videos, counted from 1; 0: the one that FFmpeg takes for the main one
 */
public record InputPlan(String url, String format, Map<String, String> options, boolean probe, int track) {
    /** Pictures only take it; to others it says nothing. */
    public static final String PATTERN_TYPE = "pattern_type";

    /** Where Linux distributions keep the authorities they trust; FFmpeg's own OpenSSL does not know. */
    private static final List<String> AUTHORITIES = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem");

    private static final String HTTP_PROTOCOLS = "http,https,tcp,tls,crypto,httpproxy";
    private static final String FORMATS =
            "mpjpeg,mjpeg,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,hls,mpegts,flv,live_flv,mov,mp4,"
                    + "matroska,webm,avi,mpeg,h264,hevc,rtp,aac,mp3,webvtt";
    /** How much of a live stream is looked at to learn which streams it holds. */
    private static final String LOOK_AHEAD_US = "1000000";

    private static final String MAX_REDIRECTS = "4";

    public static InputPlan rtsp(SourceSpec.Rtsp spec) {
        Map<String, String> options = new LinkedHashMap<>();
        putTransport(options, spec.transport());
        // Sound is neither asked for nor sent then.
        options.put("allowed_media_types", "video");
        putTls(options, spec);
        options.putAll(spec.options());
        return new InputPlan(withCredentials(spec), "rtsp", options, false, 0);
    }

    public static InputPlan stream(SourceSpec.Stream spec) {
        Map<String, String> options = new LinkedHashMap<>();
        // A play list must open neither files nor other protocols, and no demuxer that opens what it is told to.
        options.put("protocol_whitelist", spec.isHttp() ? HTTP_PROTOCOLS : protocols(spec.scheme()));
        options.put("format_whitelist", FORMATS);
        options.put("analyzeduration", LOOK_AHEAD_US);
        if (spec.isHttp()) {
            options.put("max_redirects", MAX_REDIRECTS);
            options.put("icy", "0");
            // Without it FFmpeg 8.1 cannot go back in a file: it asks on a connection that it had closed.
            options.put("multiple_requests", "1");
        }
        if (spec.scheme().equals("udp")) {
            // What came in while this machine was busy is lost, as with every network; the stream goes on.
            options.put("overrun_nonfatal", "1");
        }
        if (spec.scheme().equals("srt")) {
            putIfGiven(options, "passphrase", spec.password());
        }
        putTls(options, spec);
        options.putAll(spec.options());
        String url = withCredentials(spec);
        return new InputPlan(spec.isHttp() ? byContent(url) : url, format(spec.scheme()), options, true, 0);
    }

    /** FFmpeg takes what ends like a picture for a pattern of file names; what it gets decides, not the name. */
    private static String byContent(String url) {
        boolean named = url.matches("(?i).*\\.[a-z0-9]{1,5}");
        return named && !url.matches("(?i).*\\.m3u8?") ? url + (url.indexOf('?') < 0 ? "?" : "&") : url;
    }

    private static String protocols(String scheme) {
        return switch (scheme) {
            case "rtmp" -> "rtmp,tcp";
            case "rtmps" -> "rtmps,tls,tcp";
            case "rtp" -> "rtp,udp";
            default -> scheme;
        };
    }

    private static String format(String scheme) {
        return switch (scheme) {
            case "rtmp", "rtmps" -> "live_flv";
            case "srt", "udp" -> "mpegts";
            case "rtp" -> "rtp";
            default -> null;
        };
    }

    private static void putTls(Map<String, String> options, SourceSpec.Network spec) {
        if (spec.isTls()) {
            options.put("tls_verify", spec.tlsVerify() ? "1" : "0");
            String authorities = spec.caFile() != null ? spec.caFile().toString() : systemAuthorities();
            if (authorities != null) {
                options.put("ca_file", authorities);
            }
        }
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

    /** @param spec of one file */
    public static InputPlan recording(SourceSpec.Recording spec) {
        Map<String, String> options = new LinkedHashMap<>();
        // A play list or session description under a video's name must not make FFmpeg open connections.
        options.put("protocol_whitelist", "file,crypto,data");
        // A name with %d in it is that file's, not a sequence's.
        options.put(PATTERN_TYPE, "none");
        options.putAll(spec.options());
        return new InputPlan("file:" + spec.path(), null, options, true, spec.track());
    }

    /** The same of one of several videos. */
    public InputPlan withTrack(int number) {
        return new InputPlan(url, format, options, probe, number);
    }

    private static void putIfGiven(Map<String, String> options, String name, String value) {
        if (value != null) {
            options.put(name, value);
        }
    }

    private static String withCredentials(SourceSpec.Network spec) {
        if (spec.username() == null) {
            return spec.url();
        }
        String userInfo = Redaction.percentEncoded(spec.username()) + ":" + Redaction.percentEncoded(spec.password());
        int hostAt = spec.url().indexOf("://") + 3;
        return spec.url().substring(0, hostAt) + userInfo + "@" + spec.url().substring(hostAt);
    }

    public static String systemAuthorities() {
        return AUTHORITIES.stream()
                .filter(file -> Files.isReadable(Path.of(file)))
                .findFirst()
                .orElse(null);
    }

    /** Whether the data comes from another machine. */
    public boolean isNetwork() {
        return url.contains("://");
    }

    /** Without URL and option values: they may hold secrets. */
    @Override
    public String toString() {
        return "InputPlan[format=" + format + ", options=" + options.keySet() + "]";
    }
}
