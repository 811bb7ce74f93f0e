package io.ringsight.sources.ffmpeg;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.decode.CudaDecoder;
import io.ringsight.sources.decode.FrameDecoder;
import io.ringsight.sources.decode.Input;
import io.ringsight.sources.decode.PicturePool;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.network.HostNames;
import io.ringsight.sources.recent.RecentPackets;
import io.ringsight.sources.recording.RecordingFile;
import io.ringsight.sources.recording.RecordingTail;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.supervise.SuspicionLimits;
import io.ringsight.sources.time.ArrivalTimes;
import io.ringsight.sources.time.CaptureTimes;
import io.ringsight.sources.time.DeviceTimes;
import io.ringsight.sources.time.FileTimes;
import io.ringsight.sources.time.Pacer;
import io.ringsight.sources.time.RtspTimes;
import io.ringsight.sources.time.TimeLine;
import io.ringsight.sources.watch.SpoiledPictures;
import io.ringsight.sources.watch.StreamWatch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network camera, USB camera or file, read through FFmpeg's low-level interface.
 *
 * <p><b>Pictures</b> are native frames of a fixed pool, decoded into directly. Their pixels outlive the input they came
 * from.
 *
 * <p><b>Size and format</b> may change from frame to frame; each picture has its own.
 */
public final class FfmpegSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(FfmpegSource.class);
    private static final long NS_PER_MS = 1_000_000L;
    private static final long CLOSE_NS = 500 * NS_PER_MS;
    private static final long PICTURES_BACK_NS = 3_000 * NS_PER_MS;

    private final SourceSpec spec;
    private final Clock clock;
    private final PicturePool pool;
    private final Deadline deadline;
    private final FfmpegLog log;
    private final CudaDecoder cuda;
    private final Decoding decoding;
    private final InputOpener inputs;
    /** Null if no packets are kept. */
    private final RecentPackets recent;

    private volatile Thread runner;
    private volatile String codecName = "";
    private volatile int tracks;
    private volatile int track;
    /** Of the running thread. */
    private boolean tracksTold;
    /** Whether the file read last breaks off. Of the running thread. */
    private boolean cutOff;

    private boolean closed;

    /** Keeps no packets. */
    public FfmpegSource(SourceSpec spec, Clock clock, int pictures, Decoding decoding, HostNames names) {
        this(spec, clock, pictures, decoding, Optional.empty(), names);
    }

    /**
     * Keeps its last packets, too.
     *
     * @param kept how much of its video is kept for clips, if any
     * @param names how names are looked up
     */
    public FfmpegSource(
            SourceSpec spec,
            Clock clock,
            int pictures,
            Decoding decoding,
            Optional<RecentVideo.Limits> kept,
            HostNames names) {
        recent = kept.map(RecentPackets::new).orElse(null);
        this.spec = spec;
        this.clock = clock;
        pool = new PicturePool(pictures, clock);
        deadline = new Deadline(clock);
        log = new FfmpegLog(clock, spec.redaction());
        cuda = new CudaDecoder(decoding, pictures);
        this.decoding = decoding;
        inputs = new InputOpener(spec, decoding, new FrameDecoder.Wait(clock, deadline), names, log, cuda);
    }

    @Override
    public Ending run(FrameIntake intake) throws InterruptedException {
        runner = Thread.currentThread();
        Deadline.ofThread(deadline);
        FfmpegLog.ofThread(log);
        log.begin(intake.metrics());
        cuda.begin(intake.metrics());
        try {
            return deadline.isStopped() ? Ending.stopped() : runOnce(intake);
        } catch (EndedException e) {
            return e.ending();
        } finally {
            runner = null;
            Deadline.ofThread(null);
            FfmpegLog.ofThread(null);
            deadline.throwFailure();
        }
    }

    private Ending runOnce(FrameIntake intake) throws InterruptedException, EndedException {
        FrameDecoder.Wait wait = new FrameDecoder.Wait(clock, deadline);
        TimeLine timeLine = new TimeLine(spec instanceof SourceSpec.Recording);
        CaptureTimes times = times(timeLine, intake.metrics().sourceId());
        FrameDecoder decoder = new FrameDecoder(pool, times, timeLine, pacer(), intake, wait, decoding.deinterlace());
        try {
            return spec instanceof SourceSpec.Recording recording
                    ? play(recording, decoder, timeLine, times)
                    : watch(decoder, timeLine);
        } finally {
            decoder.free();
        }
    }

    private CaptureTimes times(TimeLine timeLine, String sourceId) {
        if (spec instanceof SourceSpec.Rtsp) {
            return new RtspTimes(sourceId, clock, timeLine);
        }
        if (spec instanceof SourceSpec.Stream stream) {
            return stream.scheme().equals("rtp") ? new RtspTimes(sourceId, clock, timeLine) : new ArrivalTimes(clock);
        }
        return spec instanceof SourceSpec.V4l2 ? new DeviceTimes(sourceId, clock, timeLine) : new FileTimes(timeLine);
    }

    private Pacer pacer() {
        return spec instanceof SourceSpec.Recording recording
                ? new Pacer(clock, recording.pace() == SourceSpec.Pace.REALTIME)
                : null;
    }

    /** A recording, to its end, and again if it loops. Of several files those that cannot be read are told at the end. */
    private Ending play(SourceSpec.Recording recording, FrameDecoder decoder, TimeLine timeLine, CaptureTimes times)
            throws InterruptedException, EndedException {
        while (true) {
            List<Path> files = RecordingFile.all(recording.path());
            List<Ending> failed = new ArrayList<>();
            for (Path file : files) {
                // When the files after the first were taken, only they can say.
                SourceSpec.Recording part = file.equals(files.get(0)) ? recording : recording.withoutStart();
                Ending ending = playFile(file, part, decoder, timeLine, times);
                if (ending.reason() == GapReason.STOPPED) {
                    return ending;
                }
                if (ending.reason() != GapReason.ENDED) {
                    failed.add(ending);
                    tellFailed(files, ending);
                }
            }
            if (!failed.isEmpty() || !recording.loop()) {
                return RecordingFile.ending(files.size(), failed);
            }
        }
    }

    private void tellFailed(List<Path> files, Ending ending) {
        if (files.size() > 1) {
            LOG.error("{}: {}", spec.uri(), ending);
        }
    }

    /** One file, to its end; reopened each time: seeking back is exact in few formats, and no frame may be lost. */
    private Ending playFile(
            Path file, SourceSpec.Recording recording, FrameDecoder decoder, TimeLine timeLine, CaptureTimes times)
            throws InterruptedException {
        long framesBefore = decoder.frames();
        try {
            RecordingFile.check(file);
            int result = playOnce(file, recording, decoder, timeLine, times);
            if (deadline.isStopped()) {
                return Ending.stopped();
            }
            long frames = decoder.frames() - framesBefore;
            if (result != AVERROR_EOF() || cutOff) {
                return RecordingFile.damaged(file, frames, result, cutOff, log.lastError());
            }
            return frames == 0 ? RecordingFile.withoutPicture(file, log.lastError()) : Ending.ended("");
        } catch (EndedException e) {
            return e.ending();
        }
    }

    private int playOnce(
            Path file, SourceSpec.Recording recording, FrameDecoder decoder, TimeLine timeLine, CaptureTimes times)
            throws InterruptedException, EndedException {
        log.forgetErrors();
        FfmpegInput input = inputs.file(file, recording);
        try {
            begin(input, decoder, timeLine);
            tellTracks(file.toString(), recording.track());
            if (times instanceof FileTimes fileTimes) {
                Instant now = Instant.ofEpochSecond(0, clock.epochNanos());
                fileTimes.begin(recording.start(), input.creationTime(), now);
            }
            deadline.until(clock.nanoTime() + InputOpener.FILE_NS);
            int result = input.read();
            while (result >= 0 && !deadline.isStopped()) {
                decoder.decode(input.packet());
                deadline.until(clock.nanoTime() + InputOpener.FILE_NS);
                result = input.read();
            }
            cutOff = RecordingFile.isCutOff(log.lastError()) || RecordingTail.isCutOff(file);
            if (!deadline.isStopped()) {
                decoder.drain();
            }
            return result;
        } finally {
            close(input);
        }
    }

    /** Once, where the user said nothing of it. */
    private void tellTracks(String input, int wanted) {
        if (tracks > 1 && wanted == 0 && decoding.track() == 0 && !tracksTold) {
            tracksTold = true;
            LOG.info("{}: track {} of {} videos is read; track takes another", input, track, tracks);
        }
    }

    /** A camera, until it fails or is stopped; one that gives single pictures is asked again and again. */
    private Ending watch(FrameDecoder decoder, TimeLine timeLine) throws InterruptedException, EndedException {
        long dueNs = clock.nanoTime();
        while (true) {
            Input input = inputs.camera();
            Ending ending;
            try {
                ending = watch(input, decoder, timeLine);
            } finally {
                close(input);
            }
            if (!input.isPicture() || ending.reason() != GapReason.ENDED) {
                return ending;
            }
            dueNs = Math.max(dueNs + ((SourceSpec.Stream) spec).periodNs(), clock.nanoTime());
            if (!new Pacer(clock, true).awaitMoment(dueNs, deadline)) {
                return Ending.stopped();
            }
        }
    }

    private Ending watch(Input input, FrameDecoder decoder, TimeLine timeLine)
            throws InterruptedException, EndedException {
        begin(input, decoder, timeLine);
        tellTracks(spec.uri(), 0);
        log.forgetErrors();
        StreamWatch streamWatch = new StreamWatch(input.frameNs());
        decoder.watch(streamWatch, maxLagMs() * NS_PER_MS);
        if (spec instanceof SourceSpec.Stream && input.comesInBursts()) {
            decoder.pace(new Pacer(clock, true));
        }
        return new CameraReader(clock, deadline, spec.timeouts(), log).read(input, decoder, streamWatch);
    }

    /** Only what is sent as it happens can lag behind. */
    private long maxLagMs() {
        boolean sent = spec instanceof SourceSpec.Rtsp || spec instanceof SourceSpec.Stream stream && !stream.isHttp();
        return sent ? spec.timeouts().maxLagMs() : 0;
    }

    private void begin(Input input, FrameDecoder decoder, TimeLine timeLine) {
        codecName = input.codecName();
        tracks = input.tracks();
        track = input.track();
        timeLine.begin(input.timeBase(), input.frameNs());
        decoder.begin(input, new SpoiledPictures(log::missedPackets), cuda, log);
        if (recent != null && input instanceof FfmpegInput packets) {
            packets.keepIn(recent, timeLine);
        }
    }

    /** Takes leave of the camera, stopped or not, and lets go of the pixels nobody uses. */
    private void close(Input input) {
        deadline.untilClosed(clock.nanoTime() + CLOSE_NS);
        pool.dropPixels();
        input.close();
        inputs.closed();
        if (recent != null) {
            recent.end();
        }
    }

    @Override
    public void stop() {
        deadline.stop();
        LockSupport.unpark(runner);
    }

    @Override
    public boolean lossless() {
        return spec instanceof SourceSpec.Recording;
    }

    @Override
    public Optional<RecentVideo> recentVideo() {
        return Optional.ofNullable(recent);
    }

    @Override
    public SuspicionLimits suspicionLimits() {
        return lossless()
                ? SuspicionLimits.NONE
                : new SuspicionLimits(
                        spec.timeouts().frozenMs(), spec.timeouts().stallMs());
    }

    /** FFmpeg's name of the codec of the run under way or before; empty before the first. Any thread. */
    public String codecName() {
        return codecName;
    }

    /** How many videos the input of the run under way or before has; 0 before the first. Any thread. */
    public int tracks() {
        return tracks;
    }

    /** Which of them is read, counted from 1; 0 before the first run. Any thread. */
    public int track() {
        return track;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        deadline.stop();
        try {
            pool.awaitAll(clock.nanoTime() + PICTURES_BACK_NS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (recent != null) {
            recent.close();
        }
        int held = pool.free();
        cuda.close();
        if (held > 0) {
            LOG.warn("{}: {} pictures are still in use; their memory is left allocated", spec.uri(), held);
        }
    }
}
