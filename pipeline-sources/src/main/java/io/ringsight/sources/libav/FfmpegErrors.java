package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** What FFmpeg's error codes mean for a source. */
public final class FfmpegErrors {
    /** Linux's errno values, negated as FFmpeg gives them. */
    public static final int EPERM = -1;

    static final int ENOENT = -2;
    public static final int EIO = -5;
    static final int ENXIO = -6;
    static final int EACCES = -13;
    static final int EBUSY = -16;
    static final int ENODEV = -19;
    static final int EINVAL = -22;
    static final int ENOTTY = -25;
    static final int EPIPE = -32;
    public static final int EPROTONOSUPPORT = -93;
    static final int EADDRNOTAVAIL = -99;
    static final int ENETUNREACH = -101;
    static final int ECONNABORTED = -103;
    static final int ECONNRESET = -104;
    static final int ETIMEDOUT = -110;
    static final int ECONNREFUSED = -111;
    static final int EHOSTUNREACH = -113;

    private static final int MESSAGE_BYTES = 256;

    private static final Map<Integer, GapReason> REASONS = Map.ofEntries(
            Map.entry(EPERM, GapReason.NO_PERMISSION),
            Map.entry(EACCES, GapReason.NO_PERMISSION),
            Map.entry(ENOENT, GapReason.NOT_FOUND),
            Map.entry(ENXIO, GapReason.NOT_FOUND),
            Map.entry(EIO, GapReason.IO_ERROR),
            Map.entry(EBUSY, GapReason.BUSY),
            Map.entry(ENODEV, GapReason.DISCONNECTED),
            Map.entry(EPIPE, GapReason.DISCONNECTED),
            Map.entry(ECONNABORTED, GapReason.DISCONNECTED),
            Map.entry(ECONNRESET, GapReason.DISCONNECTED),
            Map.entry(EADDRNOTAVAIL, GapReason.UNREACHABLE),
            Map.entry(ENETUNREACH, GapReason.UNREACHABLE),
            Map.entry(EHOSTUNREACH, GapReason.UNREACHABLE),
            Map.entry(ETIMEDOUT, GapReason.TIMED_OUT),
            Map.entry(ECONNREFUSED, GapReason.REFUSED),
            Map.entry(EPROTONOSUPPORT, GapReason.UNSUPPORTED),
            Map.entry(ENOTTY, GapReason.UNSUPPORTED),
            Map.entry(EINVAL, GapReason.UNSUPPORTED),
            Map.entry(AVERROR_INVALIDDATA(), GapReason.UNSUPPORTED),
            Map.entry(AVERROR_PATCHWELCOME(), GapReason.UNSUPPORTED),
            Map.entry(AVERROR_DECODER_NOT_FOUND(), GapReason.UNSUPPORTED),
            Map.entry(AVERROR_DEMUXER_NOT_FOUND(), GapReason.UNSUPPORTED),
            Map.entry(AVERROR_PROTOCOL_NOT_FOUND(), GapReason.UNSUPPORTED),
            Map.entry(AVERROR_HTTP_UNAUTHORIZED(), GapReason.AUTH_FAILED),
            Map.entry(AVERROR_HTTP_FORBIDDEN(), GapReason.AUTH_FAILED),
            Map.entry(AVERROR_HTTP_NOT_FOUND(), GapReason.NOT_FOUND),
            Map.entry(AVERROR_HTTP_TOO_MANY_REQUESTS(), GapReason.BUSY),
            Map.entry(AVERROR_HTTP_BAD_REQUEST(), GapReason.SERVER_ERROR),
            Map.entry(AVERROR_HTTP_OTHER_4XX(), GapReason.SERVER_ERROR),
            Map.entry(AVERROR_HTTP_SERVER_ERROR(), GapReason.SERVER_ERROR));

    private FfmpegErrors() {}

    /**
     * Why opening failed.
     *
     * @param lastError what FFmpeg logged of it; where its code says too little, this says more
     */
    public static GapReason ofOpening(int code, String lastError) {
        String said = lastError.toLowerCase(Locale.ROOT);
        if (said.contains("resolve hostname")) {
            return GapReason.UNREACHABLE;
        }
        if (said.contains("certificate") || said.contains("tls") || said.contains("ssl")) {
            return GapReason.TLS_FAILED;
        }
        return REASONS.getOrDefault(code, GapReason.IO_ERROR);
    }

    /** Why reading an open camera failed. */
    public static GapReason ofReading(int code) {
        if (code == AVERROR_EOF()) {
            return GapReason.DISCONNECTED;
        }
        return code == ETIMEDOUT ? GapReason.STALLED : REASONS.getOrDefault(code, GapReason.IO_ERROR);
    }

    /** The code's meaning, and what FFmpeg logged of it where that says more. */
    public static String detail(int code, String lastError) {
        String meaning = text(code);
        return lastError.isEmpty() || lastError.equals(meaning) ? meaning : meaning + " (" + lastError + ")";
    }

    private static String text(int code) {
        byte[] message = new byte[MESSAGE_BYTES];
        av_strerror(code, message, MESSAGE_BYTES);
        int length = 0;
        while (length < MESSAGE_BYTES && message[length] != 0) {
            length++;
        }
        return new String(message, 0, length, StandardCharsets.UTF_8);
    }
}
