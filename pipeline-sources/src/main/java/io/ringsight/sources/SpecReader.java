package io.ringsight.sources;

import io.ringsight.sources.SourceSpec.Pace;
import io.ringsight.sources.SourceSpec.Timeouts;
import io.ringsight.sources.SourceSpec.Transport;
import io.ringsight.sources.synthetic.SyntheticSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a source's URI and settings into a {@link SourceSpec}, or says in one sentence what is wrong with them. */
final class SpecReader {
    private static final String EXPECTED = "expected rtsp://, rtsps://, v4l2:/dev/…, file:… or synthetic:pcb|boxes";
    private static final Pattern HOST_PORT = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^:\\[\\]]+)(?::(.*))?");
    private static final Pattern VIDEO_SIZE = Pattern.compile("[1-9][0-9]{0,4}x[1-9][0-9]{0,4}");
    private static final Pattern FRAMERATE = Pattern.compile("[0-9]+(\\.[0-9]+)?|[0-9]+/[0-9]+");
    private static final Set<String> SCENES = Set.of("pcb", "boxes");
    private static final int HIGHEST_PORT = 65_535;
    private static final long LONGEST_TIMEOUT_MS = 3_600_000;
    /** FFmpeg keeps user and password, percent-encoded, in a field of 128 bytes and cuts what is longer. */
    private static final int LONGEST_CREDENTIALS = 127;

    private final String uri;
    private final SourceSettings settings;

    SpecReader(String uri, SourceSettings settings) {
        this.uri = uri == null ? "" : uri.strip();
        this.settings = settings;
    }

    SourceSpec read() {
        String lower = uri.toLowerCase(Locale.ROOT);
        if (lower.startsWith("rtsp://") || lower.startsWith("rtsps://")) {
            return rtsp();
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
        throw wrong("uri", EXPECTED + ", came " + (uri.isEmpty() ? "nothing" : quoted(uri)));
    }

    private SourceSpec rtsp() {
        refuseV4l2Settings("an RTSP camera");
        int authorityAt = uri.indexOf("://") + 3;
        int pathAt = firstOf(uri, "/?#", authorityAt);
        String scheme = uri.substring(0, authorityAt).toLowerCase(Locale.ROOT);
        String authority = uri.substring(authorityAt, pathAt);
        int at = authority.lastIndexOf('@');
        String userInfo = at < 0 ? null : authority.substring(0, at);
        checkHost(authority.substring(at + 1));
        boolean tls = scheme.startsWith("rtsps");
        if (!tls && (settings.tlsVerify() != null || settings.caFile() != null)) {
            throw wrong(
                    settings.caFile() != null ? "caFile" : "tlsVerify", "only an rtsps:// camera has a certificate");
        }
        String url = scheme + authority.substring(at + 1) + uri.substring(pathAt);
        if (url.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw wrong("uri", "an RTSP URI must not contain spaces or control characters; write a space as %20");
        }
        String[] credentials = credentials(userInfo);
        return new SourceSpec.Rtsp(
                url,
                transport(),
                credentials[0],
                credentials[1],
                settings.tlsVerify() == null || settings.tlsVerify(),
                settings.caFile() == null ? null : path("caFile", settings.caFile()),
                timeouts(),
                settings.options());
    }

    private static void checkHost(String hostPort) {
        Matcher matcher = HOST_PORT.matcher(hostPort);
        if (!matcher.matches()) {
            // The text is not shown: with a '/' or '#' in it, a password may have ended up here.
            throw wrong(
                    "uri",
                    "an RTSP URI needs a host, as in rtsp://10.0.0.7:554/stream; a password with '/', '?',"
                            + " '#' or '@' belongs into the key password");
        }
        String port = matcher.group(2);
        if (port != null && !isPort(port)) {
            throw wrong(
                    "uri",
                    "the port of an RTSP URI must be a number from 1 to 65535; a password with '/', '?', '#'"
                            + " or '@' belongs into the key password");
        }
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= HIGHEST_PORT;
    }

    private String[] credentials(String userInfo) {
        String username = settings.username();
        String password = settings.password();
        if (userInfo != null) {
            if (username != null || password != null) {
                throw wrong(
                        username != null ? "username" : "password", "given twice: the URI has user and password too");
            }
            int colon = userInfo.indexOf(':');
            username = percentDecoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
            password = colon < 0 ? "" : percentDecoded(userInfo.substring(colon + 1));
        }
        if (username == null && password != null) {
            throw wrong("password", "a password needs a username beside it");
        }
        if (username == null) {
            return new String[] {null, null};
        }
        String given = password == null ? "" : password;
        checkCredentials(username, given);
        return new String[] {username, given};
    }

    private static void checkCredentials(String username, String password) {
        if (username.isEmpty() || username.indexOf(':') >= 0) {
            throw wrong("username", "must not be empty nor contain a colon");
        }
        int length = Redaction.percentEncoded(username).length()
                + 1
                + Redaction.percentEncoded(password).length();
        if (length > LONGEST_CREDENTIALS) {
            throw wrong(
                    "password",
                    "user name and password together may have " + (LONGEST_CREDENTIALS - 1)
                            + " characters (special ones count three), came " + (length - 1));
        }
    }

    private Transport transport() {
        if (settings.transport() == null) {
            return Transport.AUTO;
        }
        return switch (settings.transport().toLowerCase(Locale.ROOT)) {
            case "tcp" -> Transport.TCP;
            case "udp" -> Transport.UDP;
            case "auto" -> Transport.AUTO;
            default -> throw wrong("transport", "expected tcp, udp or auto, came " + quoted(settings.transport()));
        };
    }

    private SourceSpec v4l2(String device) {
        refuseRtspSettings("a V4L2 camera");
        if (!device.startsWith("/") || device.indexOf('\0') >= 0) {
            throw wrong("uri", "expected v4l2: and the device's path, as in v4l2:/dev/video0, came " + quoted(uri));
        }
        matches("videoSize", settings.videoSize(), VIDEO_SIZE, "WIDTHxHEIGHT, as in 1280x720");
        matches("framerate", settings.framerate(), FRAMERATE, "frames a second, as in 30 or 30000/1001");
        return new SourceSpec.V4l2(
                device,
                settings.videoSize(),
                settings.framerate(),
                settings.inputFormat(),
                timeouts(),
                settings.options());
    }

    private SourceSpec recording(String rest) {
        refuseCameraSettings("a file");
        int queryAt = rest.lastIndexOf('?');
        String name = queryAt < 0 ? rest : rest.substring(0, queryAt);
        if (name.startsWith("//")) {
            name = fromFileUri(name.substring(2));
        }
        if (name.isEmpty()) {
            throw wrong("uri", "expected file: and the file's path, as in file:clip.mp4, came " + quoted(uri));
        }
        boolean loop = false;
        Pace pace = Pace.ASAP;
        for (Map.Entry<String, String> parameter :
                query(queryAt < 0 ? "" : rest.substring(queryAt + 1)).entrySet()) {
            switch (parameter.getKey()) {
                case "loop" -> loop = flag("loop", parameter.getValue());
                case "pace" -> pace = pace(parameter.getValue());
                default ->
                    throw wrong(
                            "uri", "a file takes ?loop and ?pace=realtime|asap, came " + quoted(parameter.getKey()));
            }
        }
        return new SourceSpec.Recording(path("uri", name), loop, pace, settings.options());
    }

    /** {@code file://[localhost]/path}, percent-encoded as URIs are. */
    private String fromFileUri(String rest) {
        int slash = rest.indexOf('/');
        String host = slash < 0 ? rest : rest.substring(0, slash);
        if (slash < 0 || !(host.isEmpty() || host.equals("localhost"))) {
            throw wrong("uri", "file:// needs an absolute path, as in file:///data/clip.mp4, came " + quoted(uri));
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
            throw wrong("uri", "expected synthetic:pcb or synthetic:boxes, came " + quoted(uri));
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
            default -> throw wrong("uri", name + " takes true or false, came " + quoted(value));
        };
    }

    private static Pace pace(String value) {
        return switch (value) {
            case "asap" -> Pace.ASAP;
            case "realtime" -> Pace.REALTIME;
            default -> throw wrong("uri", "pace takes realtime or asap, came " + quoted(value));
        };
    }

    private Timeouts timeouts() {
        return new Timeouts(
                timeout("openTimeoutMs", settings.openTimeoutMs(), Timeouts.DEFAULT.openMs()),
                timeout("stallTimeoutMs", settings.stallTimeoutMs(), Timeouts.DEFAULT.stallMs()),
                limit("frozenTimeoutMs", settings.frozenTimeoutMs(), Timeouts.DEFAULT.frozenMs()),
                limit("maxLagMs", settings.maxLagMs(), Timeouts.DEFAULT.maxLagMs()));
    }

    private static long limit(String key, Long value, long otherwise) {
        return value != null && value == 0 ? 0 : timeout(key, value, otherwise);
    }

    private static long timeout(String key, Long value, long otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < 1 || value > LONGEST_TIMEOUT_MS) {
            throw wrong(key, "expected 1 to " + LONGEST_TIMEOUT_MS + " milliseconds, came " + value);
        }
        return value;
    }

    private void refuseRtspSettings(String kind) {
        refuse("transport", settings.transport(), kind);
        refuse("maxLagMs", settings.maxLagMs(), kind);
        refuse("username", settings.username(), kind);
        refuse("password", settings.password(), kind);
        refuse("tlsVerify", settings.tlsVerify(), kind);
        refuse("caFile", settings.caFile(), kind);
    }

    private void refuseV4l2Settings(String kind) {
        refuse("videoSize", settings.videoSize(), kind);
        refuse("framerate", settings.framerate(), kind);
        refuse("inputFormat", settings.inputFormat(), kind);
    }

    private void refuseCameraSettings(String kind) {
        refuseRtspSettings(kind);
        refuseV4l2Settings(kind);
        refuse("openTimeoutMs", settings.openTimeoutMs(), kind);
        refuse("stallTimeoutMs", settings.stallTimeoutMs(), kind);
        refuse("frozenTimeoutMs", settings.frozenTimeoutMs(), kind);
    }

    private static void refuse(String key, Object value, String kind) {
        if (value != null) {
            throw wrong(key, "has no meaning for " + kind);
        }
    }

    private static void matches(String key, String value, Pattern pattern, String expected) {
        if (value != null && !pattern.matcher(value).matches()) {
            throw wrong(key, "expected " + expected + ", came " + quoted(value));
        }
    }

    private static Path path(String key, String text) {
        try {
            return Path.of(text);
        } catch (java.nio.file.InvalidPathException e) {
            throw wrong(key, "not a path: " + e.getReason());
        }
    }

    private static String percentDecoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // The text is not shown: it may be a password.
            throw wrong("uri", "a % in the URI must be followed by two hexadecimal digits; write a plain % as %25");
        }
    }

    private static int firstOf(String text, String letters, int from) {
        for (int i = from; i < text.length(); i++) {
            if (letters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static String quoted(String text) {
        return "'" + Redaction.text(text) + "'";
    }

    private static SourceSpecException wrong(String key, String sentence) {
        return new SourceSpecException(key, sentence);
    }
}
