package io.ringsight.sources.spec;

import static io.ringsight.sources.spec.SpecReader.percentDecoded;
import static io.ringsight.sources.spec.SpecReader.quoted;
import static io.ringsight.sources.spec.SpecReader.refuse;
import static io.ringsight.sources.spec.SpecReader.wrong;

import io.ringsight.sources.spec.SourceSpec.Timeouts;
import io.ringsight.sources.spec.SourceSpec.Transport;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the URL and settings of what is reached by network: takes it apart, checks it, takes the login out of it. */
final class NetworkReader {
    private static final Set<String> RTSP = Set.of("rtsp", "rtsps");
    private static final Set<String> HTTP = Set.of("http", "https");
    private static final Set<String> RTMP = Set.of("rtmp", "rtmps");
    /** What listens at a port of its own: a host is optional, the port is not. */
    private static final Set<String> DATAGRAMS = Set.of("udp", "rtp");

    private static final String SRT = "srt";
    private static final Pattern HOST_PORT = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^:\\[\\]]+)(?::(.*))?");
    private static final int MAX_PORT = 65_535;
    /** FFmpeg keeps user and password, percent-encoded, in a field of 128 bytes and cuts what is longer. */
    private static final int MAX_CREDENTIALS = 127;
    /** libsrt's own limits. */
    private static final int MIN_PASSPHRASE = 10;

    private static final int MAX_PASSPHRASE = 79;
    private static final double NS_PER_S = 1e9;
    private static final double MIN_RATE = 1 / 3_600.0;
    private static final double MAX_RATE = 60;

    private final SourceSettings settings;
    private final Timeouts timeouts;
    private final String scheme;
    private final String userInfo;
    private final String hostPort;
    private final String path;

    NetworkReader(String uri, SourceSettings settings, Timeouts timeouts) {
        this.settings = settings;
        this.timeouts = timeouts;
        int authorityAt = uri.indexOf("://") + 3;
        int pathAt = firstOf(uri, "/?#", authorityAt);
        String authority = uri.substring(authorityAt, pathAt);
        int at = authority.lastIndexOf('@');
        scheme = uri.substring(0, authorityAt - 3).toLowerCase(Locale.ROOT);
        // udp://@239.1.2.3:5000 is how players write "listen".
        userInfo = at < 0 || DATAGRAMS.contains(scheme) && at == 0 ? null : authority.substring(0, at);
        hostPort = authority.substring(at + 1);
        path = uri.substring(pathAt);
    }

    /** Whether {@code uri}, in small letters, is such a URL. */
    static boolean isNetwork(String uri) {
        int colon = uri.indexOf("://");
        String scheme = colon < 0 ? "" : uri.substring(0, colon);
        return RTSP.contains(scheme)
                || HTTP.contains(scheme)
                || RTMP.contains(scheme)
                || DATAGRAMS.contains(scheme)
                || scheme.equals(SRT);
    }

    SourceSpec read() {
        checkHost();
        checkTls();
        String url = scheme + "://" + hostPort + path;
        if (url.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw wrong(
                    "uri",
                    "an " + scheme.toUpperCase(Locale.ROOT)
                            + " URI must not contain spaces or control characters; write a space as %20");
        }
        String[] login = login();
        boolean tlsVerify = settings.tls().tlsVerify() == null || settings.tls().tlsVerify();
        Path caFile = settings.tls().caFile() == null
                ? null
                : SpecReader.path("caFile", settings.tls().caFile());
        if (RTSP.contains(scheme)) {
            refuse("framerate", settings.format().framerate(), "an RTSP camera");
            return new SourceSpec.Rtsp(
                    url, transport(), login[0], login[1], tlsVerify, caFile, timeouts, settings.options());
        }
        refuse("transport", settings.transport(), kind());
        refuse("maxLagMs", HTTP.contains(scheme) ? settings.limits().maxLagMs() : null, kind());
        return new SourceSpec.Stream(
                url, login[0], login[1], tlsVerify, caFile, periodNs(), timeouts, settings.options());
    }

    private String kind() {
        return "an " + scheme.toUpperCase(Locale.ROOT) + " source";
    }

    private void checkHost() {
        Matcher matcher = HOST_PORT.matcher(hostPort);
        boolean listens = DATAGRAMS.contains(scheme) || scheme.equals(SRT);
        String shown = "an " + scheme.toUpperCase(Locale.ROOT) + " URI";
        if (!matcher.matches() && !(listens && hostPort.startsWith(":"))) {
            // The text is not shown: with a '/' or '#' in it, a password may have ended up here.
            throw wrong(
                    "uri",
                    shown + " needs a host, as in " + scheme + "://10.0.0.7:" + examplePort()
                            + "/stream; a password with" + " '/', '?', '#' or '@' belongs into the key password");
        }
        String port = matcher.matches() ? matcher.group(2) : hostPort.substring(1);
        if (port == null ? listens : !isPort(port)) {
            throw wrong(
                    "uri",
                    "the port of " + shown + " must be a number from 1 to 65535; a password with '/', '?', '#'"
                            + " or '@' belongs into the key password");
        }
    }

    private String examplePort() {
        return switch (scheme) {
            case "rtsp", "rtsps" -> "554";
            case "http" -> "80";
            case "https", "rtmps" -> "443";
            case "rtmp" -> "1935";
            default -> "5000";
        };
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MAX_PORT;
    }

    private void checkTls() {
        boolean tls = scheme.endsWith("s");
        if (!tls && (settings.tls().tlsVerify() != null || settings.tls().caFile() != null)) {
            throw wrong(
                    settings.tls().caFile() != null ? "caFile" : "tlsVerify",
                    "only rtsps://, https:// and rtmps:// show a certificate");
        }
    }

    /** User name and password, each null for none. */
    private String[] login() {
        if (DATAGRAMS.contains(scheme)) {
            refuse(
                    "username",
                    settings.login().username() == null
                            ? userInfo
                            : settings.login().username(),
                    kind());
            refuse("password", settings.login().password(), kind());
            return new String[] {null, null};
        }
        if (scheme.equals(SRT)) {
            refuse(
                    "username",
                    settings.login().username() == null
                            ? userInfo
                            : settings.login().username(),
                    kind());
            return new String[] {null, passphrase()};
        }
        String username = settings.login().username();
        String password = settings.login().password();
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

    private String passphrase() {
        String given = settings.login().password();
        if (given != null && (given.length() < MIN_PASSPHRASE || given.length() > MAX_PASSPHRASE)) {
            throw wrong(
                    "password",
                    "the passphrase of an SRT source must have " + MIN_PASSPHRASE + " to " + MAX_PASSPHRASE
                            + " characters, got " + given.length());
        }
        return given;
    }

    private static void checkCredentials(String username, String password) {
        if (username.isEmpty() || username.indexOf(':') >= 0) {
            throw wrong("username", "must not be empty nor contain a colon");
        }
        int length = Redaction.percentEncoded(username).length()
                + 1
                + Redaction.percentEncoded(password).length();
        if (length > MAX_CREDENTIALS) {
            throw wrong(
                    "password",
                    "user name and password together may have " + (MAX_CREDENTIALS - 1)
                            + " characters (special ones count three), got " + (length - 1));
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
            default -> throw wrong("transport", "expected tcp, udp or auto, got " + quoted(settings.transport()));
        };
    }

    /** By {@code framerate}, which only a picture that is fetched again and again has; one a second by default. */
    private long periodNs() {
        String rate = settings.format().framerate();
        if (rate == null) {
            return (long) NS_PER_S;
        }
        refuse("framerate", HTTP.contains(scheme) ? null : rate, kind());
        SpecReader.matches("framerate", rate, SpecReader.FRAMERATE, "pictures a second, as in 2 or 1/5");
        int slash = rate.indexOf('/');
        double perSecond = slash < 0
                ? Double.parseDouble(rate)
                : Double.parseDouble(rate.substring(0, slash)) / Double.parseDouble(rate.substring(slash + 1));
        if (!(perSecond >= MIN_RATE && perSecond <= MAX_RATE)) {
            throw wrong("framerate", "expected 1/3600 to 60 pictures a second, got " + quoted(rate));
        }
        return Math.round(NS_PER_S / perSecond);
    }

    private static int firstOf(String text, String letters, int from) {
        for (int i = from; i < text.length(); i++) {
            if (letters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }
}
