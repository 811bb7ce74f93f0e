package io.ringsight.sources.ffmpeg;

import static org.bytedeco.ffmpeg.global.avutil.AVERROR_INVALIDDATA;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.decode.CudaDecoder;
import io.ringsight.sources.decode.FrameDecoder;
import io.ringsight.sources.decode.Input;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.InputPlan;
import io.ringsight.sources.network.HostNames;
import io.ringsight.sources.network.NetworkEndings;
import io.ringsight.sources.network.RtspRelay;
import io.ringsight.sources.recording.RecordingFile;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.v4l2.V4l2Device;
import java.nio.file.Path;

/**
 * Opens what a source is read from, whatever that takes: looking up names, another way to log in, a limit of time. Says of
 * what cannot be opened why, in words for its user. One input is open at a time.
 */
final class InputOpener {
    /** A disk answers or it does not; network file systems may take their time. */
    static final long FILE_NS = 60_000_000_000L;

    private static final long NS_PER_MS = 1_000_000L;
    private static final long MAX_LOGIN_MS = 5_000;

    private final SourceSpec spec;
    private final Decoding decoding;
    private final FrameDecoder.Wait wait;
    private final HostNames names;
    private final FfmpegLog log;
    private final CudaDecoder cuda;
    /** Null for what is no V4L2 camera. */
    private final V4l2Device device;
    /** Null while none is needed. */
    private RtspRelay relay;

    InputOpener(
            SourceSpec spec,
            Decoding decoding,
            FrameDecoder.Wait wait,
            HostNames names,
            FfmpegLog log,
            CudaDecoder cuda) {
        this.spec = spec;
        this.decoding = decoding;
        this.wait = wait;
        this.names = names;
        this.log = log;
        this.cuda = cuda;
        device = spec instanceof SourceSpec.V4l2 v4l2 ? new V4l2Device(v4l2.device()) : null;
    }

    /** Opens one file of a recording. */
    FfmpegInput file(Path file, SourceSpec.Recording recording) throws EndedException {
        try {
            return open(InputPlan.recording(recording.of(file)), FILE_NS);
        } catch (EndedException e) {
            throw new EndedException(RecordingFile.cannotOpen(file, e.ending()));
        }
    }

    /** Opens a camera, within its time to open. */
    Input camera() throws EndedException {
        long limitNs = spec.timeouts().openMs() * NS_PER_MS;
        if (spec instanceof SourceSpec.Network network) {
            wait.deadline().until(wait.clock().nanoTime() + limitNs);
            names.prepare(network, wait.deadline());
        }
        if (spec instanceof SourceSpec.Stream stream) {
            return openStream(stream, limitNs);
        }
        if (!(spec instanceof SourceSpec.Rtsp rtsp)) {
            SourceSpec.V4l2 camera = (SourceSpec.V4l2) spec;
            return open(() -> V4l2Input.open(camera, device, wait.deadline(), log, cuda), limitNs);
        }
        try {
            return open(InputPlan.rtsp(rtsp), limitNs);
        } catch (EndedException e) {
            if (e.ending().reason() == GapReason.AUTH_FAILED && rtsp.username() != null) {
                return openLoggedIn(rtsp, limitNs, e);
            }
            if (e.code() == FfmpegErrors.EPROTONOSUPPORT) { // 461 Unsupported Transport
                throw new EndedException(NetworkEndings.refusesTransport(rtsp));
            }
            // A request without an answer ends in one of these codes, and FFmpeg logs nothing of it.
            boolean noAnswer = e.code() == FfmpegErrors.EPERM || e.code() == AVERROR_INVALIDDATA();
            throw noAnswer && log.lastError().isEmpty() ? new EndedException(NetworkEndings.gaveNoAnswer()) : e;
        }
    }

    /** FFmpeg did not get in: by a relay, if the camera wants what FFmpeg cannot give. */
    private FfmpegInput openLoggedIn(SourceSpec.Rtsp rtsp, long limitNs, EndedException refused) throws EndedException {
        wait.deadline().until(wait.clock().nanoTime() + limitNs);
        names.prepare(rtsp, wait.deadline());
        relay = RtspRelay.ifNeeded(rtsp, (int) Math.min(limitNs / NS_PER_MS, MAX_LOGIN_MS), refused);
        boolean open = false;
        try {
            FfmpegInput input = open(InputPlan.rtsp(relay.local()), limitNs);
            open = true;
            return input;
        } finally {
            if (!open) {
                closed();
            }
        }
    }

    /** The input that was opened last is closed. */
    void closed() {
        if (relay != null) {
            relay.close();
            relay = null;
        }
    }

    private FfmpegInput openStream(SourceSpec.Stream stream, long limitNs) throws EndedException {
        try {
            return open(InputPlan.stream(stream), limitNs);
        } catch (EndedException e) {
            boolean refused = stream.scheme().equals("srt") && e.code() == FfmpegErrors.EIO;
            throw refused ? new EndedException(NetworkEndings.refusesSrt(stream)) : e;
        }
    }

    private FfmpegInput open(InputPlan plan, long limitNs) throws EndedException {
        InputPlan wanted = decoding.track() == 0 ? plan : plan.withTrack(decoding.track());
        return open(() -> FfmpegInput.open(wanted, log, cuda), limitNs);
    }

    /** A way to open an input. */
    private interface Opening<I extends Input> {
        I open() throws EndedException;
    }

    /** Opens within {@code limitNs}. Whether the limit was reached is decided by the own clock: FFmpeg's codes vary. */
    private <I extends Input> I open(Opening<I> opening, long limitNs) throws EndedException {
        wait.deadline().until(wait.clock().nanoTime() + limitNs);
        log.forgetErrors();
        try {
            return opening.open();
        } catch (EndedException e) {
            if (wait.deadline().isStopped()) {
                throw new EndedException(Ending.stopped());
            }
            if (wait.deadline().isOver()) {
                String detail = "no answer within " + limitNs / NS_PER_MS + " ms";
                throw new EndedException(Ending.retry(GapReason.TIMED_OUT, detail));
            }
            throw e;
        }
    }
}
