package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.time.Clock;
import io.ringsight.sources.libav.CudaContext;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Which FFmpeg this is and what hardware it can use, for people. */
public final class FfmpegLibraries {
    private static final long LIMIT_MS = 10_000;

    private FfmpegLibraries() {}

    /**
     * Loads the libraries, decodes a picture with them and says their version and licence.
     *
     * @throws LinkageError if one does not load
     * @throws IllegalStateException if they do not decode
     */
    public static String version() {
        DecoderTrial.run();
        return av_version_info().getString() + " (" + avutil_license().getString() + ")";
    }

    /**
     * Reads a camera of our own on the loopback interface the way RTSP cameras are read, and says what it gave. Takes less
     * than a second, or the limits of the source if something is in the way.
     *
     * @throws IllegalStateException if no picture comes; the message says why
     */
    public static String rtsp(Clock clock) throws InterruptedException {
        FfmpegLog.install();
        try (LoopbackCamera camera = new LoopbackCamera(DecoderTrial.h264Picture())) {
            ProbeReport report = Sources.probe(loopback(camera.uri()), clock, 0, picture -> {});
            if (!report.ok()) {
                throw new IllegalStateException(
                        "a camera of our own at " + report.uri() + " gives no picture: " + report.why());
            }
            return "a camera of our own at " + report.uri() + " gives "
                    + report.video().codec() + " of " + report.last().width() + "x"
                    + report.last().height() + ", the first picture after " + report.firstPictureMs() + " ms";
        } catch (IOException e) {
            throw new IllegalStateException("no port on 127.0.0.1 for a camera of our own: " + e.getMessage(), e);
        }
    }

    private static SourceSpec loopback(String uri) {
        return SourceSpec.parse(
                uri,
                new SourceSettings(
                        "tcp",
                        SourceSettings.Login.NONE,
                        SourceSettings.Tls.NONE,
                        SourceSettings.Format.NONE,
                        new SourceSettings.Limits(LIMIT_MS, LIMIT_MS, null, null),
                        Map.of()));
    }

    /** Why FFmpeg cannot open an NVIDIA device as its decoder does for cameras, or nothing if it can. */
    public static Optional<String> cudaProblem(int number) {
        FfmpegLog.install();
        FfmpegLog log = new FfmpegLog(Clock.system(), Redaction.NONE);
        FfmpegLog.ofThread(log);
        try {
            CudaContext context = CudaContext.open(number, log);
            context.close();
            return context.problem().isEmpty() ? Optional.empty() : Optional.of(context.problem());
        } finally {
            FfmpegLog.ofThread(null);
        }
    }
}
