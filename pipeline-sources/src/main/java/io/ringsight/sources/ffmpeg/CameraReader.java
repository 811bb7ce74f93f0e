package io.ringsight.sources.ffmpeg;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.decode.FrameDecoder;
import io.ringsight.sources.decode.Input;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.watch.StreamWatch;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an open camera until it fails: no picture in time, only damaged ones, or pictures that lag further and further
 * behind. Watches pictures, not sockets. Used on the source's thread.
 */
final class CameraReader {
    private static final Logger LOG = LoggerFactory.getLogger(CameraReader.class);
    private static final long NS_PER_MS = 1_000_000L;
    private static final long NS_PER_S = 1_000 * NS_PER_MS;
    private static final long POLL_NS = 2 * NS_PER_MS;
    /** How long all pictures may be damaged beyond the stall timeout: cameras send key frames every few seconds. */
    private static final long DAMAGED_NS = 10_000 * NS_PER_MS;
    /** How long a key frame may take while packets come: cameras that save bandwidth send one a minute. */
    private static final long KEY_FRAME_NS = 300_000 * NS_PER_MS;

    /** The state of a source that gets packets, but none from which decoding can begin. */
    static final String WAITING = "waiting-for-key-frame";

    private final Clock clock;
    private final Deadline deadline;
    private final SourceSpec.Timeouts timeouts;
    private final FfmpegLog log;
    private final long stallNs;
    private long openedNs;
    private boolean waiting;
    private long lastFrameNs;
    private long lastSoundNs;
    private long lastTimelyNs;
    private long frames;
    private long sound;
    private long late;

    CameraReader(Clock clock, Deadline deadline, SourceSpec.Timeouts timeouts, FfmpegLog log) {
        this.log = log;
        this.clock = clock;
        this.deadline = deadline;
        this.timeouts = timeouts;
        stallNs = timeouts.stallMs() * NS_PER_MS;
    }

    /** Reads until it ends; says why. */
    Ending read(Input input, FrameDecoder decoder, StreamWatch watch) throws InterruptedException, EndedException {
        long limitNs = timeouts.openMs() * NS_PER_MS;
        openedNs = clock.nanoTime();
        lastFrameNs = openedNs;
        lastSoundNs = lastFrameNs;
        lastTimelyNs = lastFrameNs;
        frames = decoder.frames();
        long framesBefore = frames;
        while (!deadline.isStopped()) {
            deadline.until(lastFrameNs + limitNs);
            int result = input.read();
            if (deadline.isStopped()) {
                // What it hands out then may be half a picture, which is not lost by any fault.
                return Ending.stopped();
            }
            // A read that gives up hands out the frame its parser held back for want of the next: no sign of life.
            boolean gaveUp = deadline.isOver();
            if (result >= 0) {
                if (input.lost() > 0) {
                    decoder.lost(input.lossReason(), input.lost());
                }
                decoder.decode(input.packet());
                if (!gaveUp) {
                    waitForKeyFrame(decoder);
                    deadline.until(lastFrameNs + limitNs);
                }
            } else if (result == AVERROR_EAGAIN()) {
                pause();
            } else if (!gaveUp) {
                return deadline.isStopped() ? Ending.stopped() : over(input, decoder, framesBefore, result);
            }
            boolean decoded = decoder.frames() > frames;
            if (gaveUp || !decoded && deadline.isOver()) {
                return deadline.isStopped() ? Ending.stopped() : stalled(decoder.frames(), result >= 0 && !decoded);
            }
            if (decoded) {
                limitNs = stallNs;
                Ending ending = look(decoder, watch);
                if (ending != null) {
                    return ending;
                }
            }
        }
        return Ending.stopped();
    }

    /** Packets that come are a sign of life as long as no picture can come: the connection is sound. */
    private void waitForKeyFrame(FrameDecoder decoder) {
        long nowNs = clock.nanoTime();
        if (!decoder.waitsForKeyFrame() || nowNs - openedNs > KEY_FRAME_NS) {
            return;
        }
        lastFrameNs = nowNs;
        if (!waiting && nowNs - openedNs > NS_PER_S) {
            waiting = true;
            decoder.metrics().state(WAITING);
            LOG.info("{}: connected, waiting for a key frame", decoder.metrics().sourceId());
        }
    }

    /** Why the pictures that come are no use, or null. */
    private Ending look(FrameDecoder decoder, StreamWatch watch) {
        lastFrameNs = clock.nanoTime();
        if (decoder.soundFrames() > sound) {
            lastSoundNs = lastFrameNs;
        }
        if (decoder.lateFrames() == late) {
            lastTimelyNs = lastFrameNs;
        }
        frames = decoder.frames();
        sound = decoder.soundFrames();
        late = decoder.lateFrames();
        if (lastFrameNs - lastSoundNs > stallNs + DAMAGED_NS) {
            return Ending.retry(GapReason.STALLED, "pictures come, but all are damaged by lost packets");
        }
        if (lastFrameNs - lastTimelyNs > stallNs) {
            return Ending.retry(
                    GapReason.LAGGING,
                    "pictures come " + watch.lagNs() / NS_PER_MS + " ms later than at first: the line, or this machine,"
                            + " is slower than the stream; ask the camera for fewer or smaller pictures");
        }
        return null;
    }

    private Ending over(Input input, FrameDecoder decoder, long framesBefore, int code)
            throws InterruptedException, EndedException {
        if (code != AVERROR_EOF() || !input.isPicture() && !input.isFinite()) {
            return broken(code);
        }
        decoder.drain();
        return decoder.frames() > framesBefore
                ? Ending.ended("")
                : Ending.retry(GapReason.UNSUPPORTED, "what the server sends cannot be decoded");
    }

    private static Ending broken(int code) {
        GapReason reason = FfmpegErrors.ofReading(code);
        String detail = code == AVERROR_EOF() ? "the camera ended the stream" : FfmpegErrors.detail(code, "");
        return Ending.retry(reason, detail);
    }

    private Ending stalled(long decoded, boolean packetsCome) {
        String seen = packetsCome ? "packets come, but " : "";
        if (decoded == 0) {
            String wanted = waiting ? "no key frame since opening; " : "";
            String said = log.lastError().isEmpty() ? "" : "; FFmpeg says: " + log.lastError();
            return Ending.retry(
                    GapReason.TIMED_OUT,
                    wanted + seen + "no picture within " + timeouts.openMs() + " ms of opening" + said);
        }
        return Ending.retry(GapReason.STALLED, seen + "no picture for " + timeouts.stallMs() + " ms");
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(POLL_NS);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
