package io.ringsight.sources.network;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import java.util.Locale;

/** Why a server could not be opened, where FFmpeg gives a code that says less than is known. */
public final class NetworkEndings {
    private NetworkEndings() {}

    /** libsrt knows why, but FFmpeg does not hand it on. */
    public static Ending refusesSrt(SourceSpec.Stream stream) {
        boolean login = stream.password() != null || stream.url().contains("=");
        return login
                ? Ending.retry(
                        GapReason.AUTH_FAILED,
                        "the server refused the connection: is the passphrase or stream id wrong?")
                : Ending.retry(
                        GapReason.REFUSED, "the server refused the connection: it may want a passphrase or stream id");
    }

    public static Ending gaveNoAnswer() {
        return Ending.retry(
                GapReason.DISCONNECTED,
                "the connection broke before the camera had answered all requests, or what listens there does not speak"
                        + " RTSP");
    }

    public static Ending refusesTransport(SourceSpec.Rtsp rtsp) {
        String name = rtsp.transport().name().toLowerCase(Locale.ROOT);
        return Ending.retry(
                GapReason.UNSUPPORTED,
                "the camera refuses transport " + name + "; transport auto tries tcp and then udp");
    }
}
