package io.ringsight.sources.spec;

import io.ringsight.sources.spec.SourceSpec.Pace;
import io.ringsight.sources.spec.SourceSpec.Timeouts;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a source's URI and settings into a {@link SourceSpec}, or says in one sentence what is wrong with them. */
final class SpecReader {
    private static final String EXPECTED = "expected rtsp://, rtsps://, http://, https://, rtmp://, rtmps://,"
            + " srt://, udp://, rtp://, v4l2:/dev/…, file:… or synthetic:pcb|road|boxes";
    private static final Pattern VIDEO_SIZE = Pattern.compile("[1-9][0-9]{0,4}x[1-9][0-9]{0,4}");
    static final Pattern FRAMERATE = Pattern.compile("[0-9]+(\\.[0-9]+)?|[0-9]+/[0-9]+");
    private static final Set<String> SCENES = Set.of("pcb", "road", "boxes");
    private static final long MAX_TIMEOUT_MS = 3_600_000;
    private static final Pattern TRACK = Pattern.compile("[1-9][0-9]?");
    private final String uri;
    private final SourceSettings settings;

    SpecReader(String uri, SourceSettings settings) {
        this.uri = uri == null ? "" : uri.strip();
        this.settings = settings;
    }

    SourceSpec read() {
        String lower = uri.toLowerCase(Locale.ROOT);
        if (NetworkReader.isNetwork(lower)) {
            refuse("videoSize", settings.format().videoSize(), "a network camera");
            refuse("inputFormat", settings.format().inputFormat(), "a network camera");
            return new NetworkReader(uri, settings, timeouts()).read();
        }
        if (lower.startsWith("v4l2:")) {
            return v4l2(uri.substring("v4l2:".length()));
        }
        if (uri.startsWith("/dev/")) {
            return v4l2(uri);
        }
        if (lower.startsWith("file:")) {
            return recording(uri.substring("file:".length()));
        }
        if (lower.startsWith("synthetic:")) {
            return synthetic(uri.substring("synthetic:".length()));
        }
        throw wrong("uri", EXPECTED + ", got " + (uri.isEmpty() ? "nothing" : quoted(uri)));
    }

    private SourceSpec v4l2(String device) {
        refuseNetworkSettings("a V4L2 camera");
        if (!device.startsWith("/") || device.indexOf('\0') >= 0) {
            throw wrong("uri", "expected v4l2: and the device's path, as in v4l2:/dev/video0, got " + quoted(uri));
        }
        matches("videoSize", settings.format().videoSize(), VIDEO_SIZE, "WIDTHxHEIGHT, as in 1280x720");
        matches("framerate", settings.format().framerate(), FRAMERATE, "frames a second, as in 30 or 30000/1001");
        return new SourceSpec.V4l2(
                device,
                settings.format().videoSize(),
                settings.format().framerate(),
                settings.format().inputFormat(),
                timeouts(),
                settings.options());
    }

    private SourceSpec recording(String rest) {
        refuseCameraSettings("a file");
        int queryAt = queryAt(rest);
        String name = queryAt < 0 ? rest : rest.substring(0, queryAt);
        if (name.startsWith("//")) {
            name = fromFileUri(name.substring(2));
        }
        if (name.isEmpty()) {
            throw wrong("uri", "expected file: and the file's path, as in file:clip.mp4, got " + quoted(uri));
        }
        boolean loop = false;
        Pace pace = Pace.ASAP;
        Instant start = null;
        int track = 0;
        for (Map.Entry<String, String> parameter :
                query(queryAt < 0 ? "" : rest.substring(queryAt + 1)).entrySet()) {
            switch (parameter.getKey()) {
                case "loop" -> loop = flag("loop", parameter.getValue());
                case "pace" -> pace = pace(parameter.getValue());
                case "start" -> start = time("start", parameter.getValue());
                case "track" -> track = track(parameter.getValue());
                default ->
                    throw wrong(
                            "uri",
                            "a file takes ?loop, ?pace=realtime|asap, ?start=TIME and ?track=N, got "
                                    + quoted(parameter.getKey()));
            }
        }
        return new SourceSpec.Recording(path("uri", name), loop, pace, track, start, settings.options());
    }

    /**
     * Where the query begins; -1 for none: the name of a file that is there is taken as it is, and what follows a glob's
     * question mark is a name, as in {@code cam?.mp4}.
     */
    private static int queryAt(String rest) {
        int at = rest.lastIndexOf('?');
        if (at >= 0 && !rest.startsWith("//") && Files.exists(path("uri", rest))) {
            return -1;
        }
        return at >= 0 && rest.substring(at + 1).matches("[^=&]*[./*\\]\\[][^=&]*") ? -1 : at;
    }

    /** {@code file://[localhost]/path}, percent-encoded as URIs are. */
    private String fromFileUri(String rest) {
        int slash = rest.indexOf('/');
        String host = slash < 0 ? rest : rest.substring(0, slash);
        if (slash < 0 || !(host.isEmpty() || host.equals("localhost"))) {
            throw wrong("uri", "file:// needs an absolute path, as in file:///data/clip.mp4, got " + quoted(uri));
        }
        return percentDecoded(rest.substring(slash));
    }

    private SourceSpec synthetic(String rest) {
        refuseCameraSettings("a synthetic source");
        if (!settings.options().isEmpty()) {
            throw wrong("options", "a synthetic source has no FFmpeg options");
        }
        int queryAt = rest.indexOf('?');
        String scene = queryAt < 0 ? rest : rest.substring(0, queryAt);
        if (!SCENES.contains(scene)) {
            throw wrong("uri", "expected synthetic:pcb, synthetic:road or synthetic:boxes, got " + quoted(uri));
        }
        SourceSpec.Synthetic spec =
                new SourceSpec.Synthetic(scene, query(queryAt < 0 ? "" : rest.substring(queryAt + 1)));
        SyntheticSettings.of(spec);
        return spec;
    }

    private static Map<String, String> query(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : text.split("&")) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String key = percentDecoded(equals < 0 ? part : part.substring(0, equals));
            String value = equals < 0 ? "" : percentDecoded(part.substring(equals + 1));
            if (parameters.put(key, value) != null) {
                throw wrong("uri", quoted(key) + " is given twice in the URI");
            }
        }
        return parameters;
    }

    private static boolean flag(String name, String value) {
        return switch (value) {
            case "", "true" -> true;
            case "false" -> false;
            default -> throw wrong("uri", name + " takes true or false, got " + quoted(value));
        };
    }

    private static Instant time(String name, String value) {
        try {
            return OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeParseException e) {
            throw wrong("uri", name + " takes a time with its zone, as in 2026-11-27T22:00:00Z, got " + quoted(value));
        }
    }

    private static int track(String value) {
        matches("uri", value, TRACK, "track=1 to track=99");
        return Integer.parseInt(value);
    }

    private static Pace pace(String value) {
        return switch (value) {
            case "asap" -> Pace.ASAP;
            case "realtime" -> Pace.REALTIME;
            default -> throw wrong("uri", "pace takes realtime or asap, got " + quoted(value));
        };
    }

    private Timeouts timeouts() {
        return new Timeouts(
                timeout("openTimeoutMs", settings.limits().openTimeoutMs(), Timeouts.DEFAULT.openMs()),
                timeout("stallTimeoutMs", settings.limits().stallTimeoutMs(), Timeouts.DEFAULT.stallMs()),
                limit("frozenTimeoutMs", settings.limits().frozenTimeoutMs(), Timeouts.DEFAULT.frozenMs()),
                limit("maxLagMs", settings.limits().maxLagMs(), Timeouts.DEFAULT.maxLagMs()));
    }

    private static long limit(String key, Long value, long otherwise) {
        return value != null && value == 0 ? 0 : timeout(key, value, otherwise);
    }

    private static long timeout(String key, Long value, long otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < 1 || value > MAX_TIMEOUT_MS) {
            throw wrong(key, "expected 1 to " + MAX_TIMEOUT_MS + " milliseconds, got " + value);
        }
        return value;
    }

    private void refuseNetworkSettings(String kind) {
        refuse("transport", settings.transport(), kind);
        refuse("maxLagMs", settings.limits().maxLagMs(), kind);
        refuse("username", settings.login().username(), kind);
        refuse("password", settings.login().password(), kind);
        refuse("tlsVerify", settings.tls().tlsVerify(), kind);
        refuse("caFile", settings.tls().caFile(), kind);
    }

    private void refuseV4l2Settings(String kind) {
        refuse("videoSize", settings.format().videoSize(), kind);
        refuse("framerate", settings.format().framerate(), kind);
        refuse("inputFormat", settings.format().inputFormat(), kind);
    }

    private void refuseCameraSettings(String kind) {
        refuseNetworkSettings(kind);
        refuseV4l2Settings(kind);
        refuse("openTimeoutMs", settings.limits().openTimeoutMs(), kind);
        refuse("stallTimeoutMs", settings.limits().stallTimeoutMs(), kind);
        refuse("frozenTimeoutMs", settings.limits().frozenTimeoutMs(), kind);
    }

    static void refuse(String key, Object value, String kind) {
        if (value != null) {
            throw SourceSpecException.noMeaning(key, kind);
        }
    }

    static void matches(String key, String value, Pattern pattern, String expected) {
        if (value != null && !pattern.matcher(value).matches()) {
            throw wrong(key, "expected " + expected + ", got " + quoted(value));
        }
    }

    static Path path(String key, String text) {
        try {
            return Path.of(text);
        } catch (java.nio.file.InvalidPathException e) {
            throw wrong(key, "not a path: " + e.getReason());
        }
    }

    static String percentDecoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // The text is not shown: it may be a password.
            throw wrong("uri", "a % in the URI must be followed by two hexadecimal digits; write a plain % as %25");
        }
    }

    static String quoted(String text) {
        return "'" + Redaction.text(text) + "'";
    }

    static SourceSpecException wrong(String key, String sentence) {
        return new SourceSpecException(key, sentence);
    }
}
