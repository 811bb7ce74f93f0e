package io.ringsight.sources.spec;

import io.ringsight.sources.recording.MediaFiles;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * All that is known of a source before it is opened; checked. Never shows a password.
 *
 * <pre>
 * rtsp://[user:password@]host[:port]/path      rtsps://…       a network camera
 * http:// https:// rtmp:// rtmps:// srt:// udp:// rtp://        a network stream; pictures to be fetched again and again
 * v4l2:/dev/video0                             /dev/v4l/by-id/…  a USB or built-in camera
 * file:clip.mp4[?loop&amp;pace=realtime|asap&amp;start=TIME&amp;track=N]  a video or picture, anything FFmpeg reads; also a folder of them, a glob
 * (file:clips/*.mp4) or a numbered sequence (file:board%04d.png)
 * synthetic:pcb|road|boxes[?key=value&amp;…]       a drawing
 * </pre>
 */
public sealed interface SourceSpec {
    /** The URI for people: without password. */
    String uri();

    /** Limits on waiting for the source. */
    default Timeouts timeouts() {
        return Timeouts.DEFAULT;
    }

    /** Hides what looks like a secret, and this source's credentials in every form FFmpeg may show them. */
    default Redaction redaction() {
        return Redaction.NONE;
    }

    /**
     * Reads a URI with all settings at their defaults.
     *
     * @throws SourceSpecException with one sentence for people
     */
    static SourceSpec parse(String uri) {
        return parse(uri, SourceSettings.NONE);
    }

    /**
     * Reads a URI and what the configuration says beside it. User name and password are taken out of the URI.
     *
     * @throws SourceSpecException with one sentence for people, naming the key at fault
     */
    static SourceSpec parse(String uri, SourceSettings settings) {
        return new SpecReader(uri, settings).read();
    }

    /** A video or picture file, once, as fast as possible. */
    static Recording recording(Path path) {
        return new Recording(path, false, Pace.ASAP, Map.of());
    }

    /** How RTP packets travel. */
    enum Transport {
        TCP,
        UDP,
        /** TCP, and UDP where the camera refuses TCP. */
        AUTO
    }

    /** How fast a recording is read. */
    enum Pace {
        /** As fast as the pipeline takes it. */
        ASAP,
        /** By its own time line. */
        REALTIME
    }

    /**
     * Limits on waiting.
     *
     * @param openMs the longest opening may take, and then the longest until the first picture, in milliseconds
     * @param stallMs the longest time without a picture after that, in milliseconds
     * @param frozenMs how long the picture may be unchanged, or black, before the camera is suspected, in milliseconds;
     *     0: for ever
     * @param maxLagMs how much later than the fastest frames may come before they are dropped and the camera is opened
     *     again, in milliseconds; 0: any time. Network cameras only
     */
    record Timeouts(long openMs, long stallMs, long frozenMs, long maxLagMs) {
        /** Five seconds, three seconds, a minute and two seconds. */
        public static final Timeouts DEFAULT = new Timeouts(5_000, 3_000, 60_000, 2_000);

        public Timeouts {
            if (openMs < 1 || stallMs < 1) {
                throw new IllegalArgumentException("timeouts must be at least 1 ms: " + openMs + ", " + stallMs);
            }
            if (frozenMs < 0 || maxLagMs < 0) {
                throw new IllegalArgumentException("limits must not be negative: " + frozenMs + ", " + maxLagMs);
            }
        }
    }

    /** What is reached by network: a name to look up, perhaps a login, perhaps encryption. */
    sealed interface Network extends SourceSpec permits Rtsp, Stream {
        /** The URL without user name and password. */
        String url();

        /** Null for none. */
        String username();

        /** Null for none. */
        String password();

        /** Whether the server's certificate must be trusted. */
        boolean tlsVerify();

        /** PEM file of the authorities to trust; null for the system's. */
        Path caFile();

        /** FFmpeg options. */
        Map<String, String> options();

        @Override
        default Redaction redaction() {
            return Redaction.of(username(), password(), url(), options());
        }

        /** The URL's scheme, in small letters. */
        default String scheme() {
            return url().substring(0, url().indexOf(':'));
        }

        /** Whether the connection is encrypted and the server shows a certificate. */
        default boolean isTls() {
            return scheme().endsWith("s");
        }

        @Override
        default String uri() {
            String shown = Redaction.text(url());
            return username() == null ? shown : shown.replaceFirst("://", "://" + "***:***@");
        }
    }

    /**
     * A network camera.
     *
     * @param url the URL without user name and password
     * @param transport how RTP packets travel
     * @param username null for none
     * @param password null for none
     * @param tlsVerify whether an rtsps camera's certificate must be trusted
     * @param caFile PEM file of the authorities to trust; null for the built-in ones
     * @param timeouts limits on waiting
     * @param options FFmpeg options
     */
    record Rtsp(
            String url,
            Transport transport,
            String username,
            String password,
            boolean tlsVerify,
            Path caFile,
            Timeouts timeouts,
            Map<String, String> options)
            implements Network {
        public Rtsp {
            options = Map.copyOf(options);
        }

        @Override
        public String toString() {
            return uri();
        }
    }

    /**
     * A stream or picture of a server: HTTP (MJPEG, JPEG, HLS, any video), RTMP, SRT, MPEG-TS by UDP, RTP. The server
     * tells no time that can be trusted, so the clock is {@code arrival}.
     *
     * @param url the URL without user name and password
     * @param username null for none
     * @param password null for none; of SRT the passphrase
     * @param tlsVerify whether the server's certificate must be trusted
     * @param caFile PEM file of the authorities to trust; null for the system's
     * @param periodNs from one fetch of a single picture to the next
     * @param timeouts limits on waiting
     * @param options FFmpeg options
     */
    record Stream(
            String url,
            String username,
            String password,
            boolean tlsVerify,
            Path caFile,
            long periodNs,
            Timeouts timeouts,
            Map<String, String> options)
            implements Network {
        public Stream {
            options = Map.copyOf(options);
        }

        /** Whether it is fetched by HTTP; the others are sent as they happen. */
        public boolean isHttp() {
            return scheme().startsWith("http");
        }

        @Override
        public String toString() {
            return uri();
        }
    }

    /**
     * A camera of the Video4Linux2 kernel interface.
     *
     * @param device path of the device
     * @param videoSize e.g. {@code 1280x720}; null for the device's own
     * @param framerate e.g. {@code 30} or {@code 30000/1001}; null for the device's own
     * @param inputFormat pixel format or codec; null for the device's own
     * @param timeouts limits on waiting
     * @param options FFmpeg options
     */
    record V4l2(
            String device,
            String videoSize,
            String framerate,
            String inputFormat,
            Timeouts timeouts,
            Map<String, String> options)
            implements SourceSpec {
        public V4l2 {
            options = Map.copyOf(options);
        }

        @Override
        public String uri() {
            return "v4l2:" + device;
        }

        @Override
        public String toString() {
            return uri();
        }
    }

    /**
     * Videos and pictures, one after the other on one time line.
     *
     * @param path a file, a folder of them, a glob or a numbered sequence: see {@link MediaFiles}
     * @param loop whether it starts over when it ends, its time line going on
     * @param pace how fast it is read
     * @param track which of several videos in one file, counted from 1; 0: the one that FFmpeg takes for the main one
     * @param start when the first frame of its first file was taken; null: as each file says, if it does
     * @param options FFmpeg options
     */
    record Recording(Path path, boolean loop, Pace pace, int track, Instant start, Map<String, String> options)
            implements SourceSpec {
        public Recording {
            options = Map.copyOf(options);
        }

        /** The same of one of its files. */
        public Recording of(Path file) {
            return new Recording(file, loop, pace, track, start, options);
        }

        /** The same without what the user says of its start. */
        public Recording withoutStart() {
            return new Recording(path, loop, pace, track, null, options);
        }

        /** One of whose start and track the user says nothing. */
        public Recording(Path path, boolean loop, Pace pace, Map<String, String> options) {
            this(path, loop, pace, 0, null, options);
        }

        @Override
        public String uri() {
            String query = (loop ? "&loop" : "")
                    + (pace == Pace.REALTIME ? "&pace=realtime" : "")
                    + (start == null ? "" : "&start=" + start)
                    + (track == 0 ? "" : "&track=" + track);
            return "file:" + path + (query.isEmpty() ? "" : "?" + query.substring(1));
        }

        @Override
        public String toString() {
            return uri();
        }
    }

    /**
     * A drawing with known truth.
     *
     * @param scene {@code pcb}, {@code road} or {@code boxes}
     * @param parameters the URI's query in its order, checked by the scene; a name without value has an empty one
     */
    record Synthetic(String scene, Map<String, String> parameters) implements SourceSpec {
        public Synthetic {
            parameters = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(parameters));
        }

        @Override
        public String uri() {
            StringBuilder uri = new StringBuilder("synthetic:").append(scene);
            char separator = '?';
            for (Map.Entry<String, String> parameter : parameters.entrySet()) {
                uri.append(separator).append(parameter.getKey()).append('=').append(parameter.getValue());
                separator = '&';
            }
            return uri.toString();
        }

        @Override
        public String toString() {
            return uri();
        }
    }
}
