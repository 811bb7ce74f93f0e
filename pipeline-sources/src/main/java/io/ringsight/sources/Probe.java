package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.av_get_pix_fmt_name;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.ffmpeg.FfmpegSource;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;

/** A short look at a source: an intake that keeps what it sees and stops the source when it has seen enough. */
final class Probe implements LookingIntake {
    private static final int ENOUGH_PICTURES = 25;

    private final SourceMetrics metrics = new SourceMetrics("probe");
    private final Source source;
    private final Clock clock;
    private final long limitNs;
    private final Consumer<Picture> onFirst;
    private final long startNs;
    private long firstNs = Picture.UNKNOWN;
    private long firstPtsNs = Picture.UNKNOWN;
    private int framesBeforePts;
    private long lastPtsNs;
    private long lastNs;
    private int pictures;
    private int lost;
    private int width;
    private int height;
    private int pixelFormat;
    private CaptureClock captureClock;

    Probe(Source source, Clock clock, long limitMs, Consumer<Picture> onFirst) {
        this.source = source;
        this.clock = clock;
        this.limitNs = limitMs * 1_000_000L;
        this.onFirst = onFirst;
        startNs = clock.nanoTime();
    }

    ProbeReport look(String uri) throws InterruptedException {
        Ending ending = source.run(this);
        FfmpegSource video = source instanceof FfmpegSource ffmpeg ? ffmpeg : null;
        return new ProbeReport(
                uri,
                new ProbeReport.Video(
                        video == null ? "none" : video.codecName(),
                        video == null ? 0 : video.tracks(),
                        video == null ? 0 : video.track()),
                new ProbeReport.LastPicture(width, height, formatName(), captureClock),
                fps(),
                pictures,
                lost,
                firstNs == Picture.UNKNOWN ? -1 : (firstNs - startNs) / 1_000_000L,
                ending.reason() == GapReason.STOPPED ? null : ending);
    }

    @Override
    public void offer(Picture picture) {
        try {
            keep(picture);
        } finally {
            picture.release();
        }
        stopWhenEnough();
    }

    private void keep(Picture picture) {
        if (pictures == 0) {
            firstNs = clock.nanoTime();
            onFirst.accept(picture);
        }
        pictures++;
        if (firstPtsNs == Picture.UNKNOWN) {
            firstPtsNs = picture.ptsNs();
            framesBeforePts = pictures + lost;
        }
        lastPtsNs = picture.ptsNs();
        lastNs = clock.nanoTime();
        width = picture.width();
        height = picture.height();
        pixelFormat = picture.pixelFormat();
        captureClock = picture.captureClock();
    }

    /** A camera's clock may become known only after some seconds: that is waited for. */
    private void stopWhenEnough() {
        boolean known = captureClock != null && captureClock != CaptureClock.ARRIVAL;
        if (pictures >= ENOUGH_PICTURES && known
                || firstNs != Picture.UNKNOWN && clock.nanoTime() - firstNs >= limitNs) {
            source.stop();
        }
    }

    private OptionalDouble fps() {
        if (firstPtsNs == Picture.UNKNOWN) {
            // Pictures without a time of their own are counted by when they come.
            return pictures < 2 ? OptionalDouble.empty() : rate(pictures - 1, lastNs - firstNs);
        }
        return rate(pictures + lost - framesBeforePts, lastPtsNs - firstPtsNs);
    }

    private static OptionalDouble rate(int frames, long ns) {
        return ns <= 0 ? OptionalDouble.empty() : OptionalDouble.of(frames * 1e9 / ns);
    }

    private String formatName() {
        BytePointer name = pictures == 0 ? null : av_get_pix_fmt_name(pixelFormat);
        return name == null ? "" : name.getString();
    }

    @Override
    public void lost(GapReason reason, int frames) {
        lost += frames;
        stopWhenEnough();
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }
}
