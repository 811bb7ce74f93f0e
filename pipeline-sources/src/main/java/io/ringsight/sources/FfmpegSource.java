package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import java.util.Locale;
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
final class FfmpegSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(FfmpegSource.class);
    private static final long NS_PER_MS = 1_000_000L;
    private static final long CLOSE_NS = 500 * NS_PER_MS;
    private static final long PICTURES_BACK_NS = 3_000 * NS_PER_MS;
    /** A disk answers or it does not; network file systems may take their time. */
    private static final long FILE_NS = 60_000 * NS_PER_MS;

    private final SourceSpec spec;
    private final Clock clock;
    private final PicturePool pool;
    private final Deadline deadline;
    private final FfmpegLog log;
    /** Null for what is no V4L2 camera. */
    private final V4l2Device device;

    private final CudaDecoder cuda;
    private volatile Thread runner;
    private volatile String codecName = "";
    private boolean closed;

    FfmpegSource(SourceSpec spec, Clock clock, int pictures, Decoding decoding) {
        this.spec = spec;
        this.clock = clock;
        pool = new PicturePool(pictures, clock);
        deadline = new Deadline(clock);
        log = new FfmpegLog(clock, Redaction.of(spec));
        device = spec instanceof SourceSpec.V4l2 v4l2 ? new V4l2Device(v4l2.device()) : null;
        cuda = new CudaDecoder(decoding, pictures);
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
        }
    }

    private Ending runOnce(FrameIntake intake) throws InterruptedException, EndedException {
        FrameDecoder.Wait wait = new FrameDecoder.Wait(clock, deadline);
        TimeLine timeLine = new TimeLine(spec instanceof SourceSpec.Recording);
        FrameDecoder decoder = new FrameDecoder(pool, times(timeLine), timeLine, pacer(), intake, wait);
        try {
            return spec instanceof SourceSpec.Recording recording
                    ? play(recording, decoder, timeLine)
                    : watch(decoder, timeLine);
        } finally {
            decoder.free();
        }
    }

    private CaptureTimes times(TimeLine timeLine) {
        if (spec instanceof SourceSpec.Rtsp) {
            return new RtspTimes(clock, timeLine);
        }
        return spec instanceof SourceSpec.V4l2 ? new DeviceTimes(clock, timeLine) : new FileTimes(clock, timeLine);
    }

    private Pacer pacer() {
        return spec instanceof SourceSpec.Recording recording
                ? new Pacer(clock, recording.pace() == SourceSpec.Pace.REALTIME)
                : null;
    }

    /** A recording, to its end, and again if it loops. */
    private Ending play(SourceSpec.Recording recording, FrameDecoder decoder, TimeLine timeLine)
            throws InterruptedException, EndedException {
        while (true) {
            long framesBefore = decoder.frames();
            // Opened anew for each round: seeking back is exact in few formats, and a film must lose no frame.
            RecordingFile.check(recording.path());
            int result = playOnce(recording, decoder, timeLine);
            if (deadline.isStopped()) {
                return Ending.stopped();
            }
            long frames = decoder.frames() - framesBefore;
            if (result != AVERROR_EOF() || RecordingFile.isCutOff(log.lastError())) {
                return RecordingFile.damaged(recording.path(), frames, result, log.lastError());
            }
            if (frames == 0) {
                return Ending.fatal(GapReason.UNSUPPORTED, recording.path() + " has no picture that can be decoded");
            }
            if (!recording.loop()) {
                return Ending.ended("");
            }
        }
    }

    private int playOnce(SourceSpec.Recording recording, FrameDecoder decoder, TimeLine timeLine)
            throws InterruptedException, EndedException {
        log.forgetErrors();
        FfmpegInput input = openFile(recording);
        try {
            begin(input, decoder, timeLine);
            deadline.until(clock.nanoTime() + FILE_NS);
            int result = input.read();
            while (result >= 0 && !deadline.isStopped()) {
                decoder.decode(input.packet());
                deadline.until(clock.nanoTime() + FILE_NS);
                result = input.read();
            }
            if (!deadline.isStopped()) {
                decoder.drain();
            }
            return result;
        } finally {
            close(input);
        }
    }

    private FfmpegInput openFile(SourceSpec.Recording recording) throws EndedException {
        try {
            return open(InputPlan.recording(recording), FILE_NS);
        } catch (EndedException e) {
            throw new EndedException(RecordingFile.cannotOpen(recording.path(), e.ending()));
        }
    }

    /** A camera, until it fails or is stopped. */
    private Ending watch(FrameDecoder decoder, TimeLine timeLine) throws InterruptedException, EndedException {
        FfmpegInput input = openCamera();
        try {
            begin(input, decoder, timeLine);
            long maxLagMs = spec instanceof SourceSpec.Rtsp ? spec.timeouts().maxLagMs() : 0;
            StreamWatch streamWatch = new StreamWatch(input.frameNs());
            decoder.watch(streamWatch, maxLagMs * NS_PER_MS);
            return new CameraReader(clock, deadline, spec.timeouts()).read(input, decoder, streamWatch);
        } finally {
            close(input);
        }
    }

    private FfmpegInput openCamera() throws EndedException {
        long limitNs = spec.timeouts().openMs() * NS_PER_MS;
        if (!(spec instanceof SourceSpec.Rtsp rtsp)) {
            FfmpegInput input = open(InputPlan.v4l2((SourceSpec.V4l2) spec, device.resolve()), limitNs);
            device.remember();
            return input;
        }
        try {
            return open(InputPlan.rtsp(rtsp), limitNs);
        } catch (EndedException e) {
            if (e.code() == FfmpegErrors.EPROTONOSUPPORT) { // 461 Unsupported Transport
                throw new EndedException(refusesTransport(rtsp));
            }
            // A request without an answer ends in one of these codes, and FFmpeg logs nothing of it.
            boolean noAnswer = e.code() == FfmpegErrors.EPERM || e.code() == AVERROR_INVALIDDATA();
            throw noAnswer && log.lastError().isEmpty() ? new EndedException(gaveNoAnswer()) : e;
        }
    }

    private static Ending gaveNoAnswer() {
        return Ending.retry(
                GapReason.DISCONNECTED,
                "the connection broke before the camera had answered all requests, or what listens there does not speak"
                        + " RTSP");
    }

    private static Ending refusesTransport(SourceSpec.Rtsp rtsp) {
        String name = rtsp.transport().name().toLowerCase(Locale.ROOT);
        return Ending.retry(
                GapReason.UNSUPPORTED,
                "the camera refuses transport " + name + "; transport auto tries tcp and then udp");
    }

    /** Opens within {@code limitNs}. Whether the limit was reached is decided by the own clock: FFmpeg's codes vary. */
    private FfmpegInput open(InputPlan plan, long limitNs) throws EndedException {
        deadline.until(clock.nanoTime() + limitNs);
        log.forgetErrors();
        try {
            return FfmpegInput.open(plan, log, cuda);
        } catch (EndedException e) {
            if (deadline.isStopped()) {
                throw new EndedException(Ending.stopped());
            }
            if (deadline.isOver()) {
                String detail = "no answer within " + limitNs / NS_PER_MS + " ms";
                throw new EndedException(Ending.retry(GapReason.TIMED_OUT, detail));
            }
            throw e;
        }
    }

    private void begin(FfmpegInput input, FrameDecoder decoder, TimeLine timeLine) {
        codecName = input.codecName();
        timeLine.begin(input.timeBase(), input.frameNs());
        decoder.begin(input.codec(), input.lendsItsMemory(), new Damage(log::missedPackets), cuda, log);
    }

    /** Takes leave of the camera, stopped or not, and lets go of the pixels nobody uses. */
    private void close(FfmpegInput input) {
        deadline.untilClosed(clock.nanoTime() + CLOSE_NS);
        input.close();
        pool.dropPixels();
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
    public SuspicionLimits suspicionLimits() {
        return lossless()
                ? SuspicionLimits.NONE
                : new SuspicionLimits(
                        spec.timeouts().frozenMs(), spec.timeouts().stallMs());
    }

    /** FFmpeg's name of the codec of the run under way or before; empty before the first. Any thread. */
    String codecName() {
        return codecName;
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
        int held = pool.free();
        cuda.close();
        if (held > 0) {
            LOG.warn("{}: {} pictures are still in use; their memory is left allocated", spec.uri(), held);
        }
    }
}
