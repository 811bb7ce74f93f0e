package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads an open camera until it fails: no picture in time, only damaged ones, or pictures that lag further and further
 * behind. Watches pictures, not sockets. Used on the source's thread.
 */
final class CameraReader {
    private static final long NS_PER_MS = 1_000_000L;
    private static final long POLL_NS = 2 * NS_PER_MS;
    /** How long all pictures may be damaged beyond the stall timeout: cameras send key frames every few seconds. */
    private static final long DAMAGED_NS = 10_000 * NS_PER_MS;

    private final Clock clock;
    private final Deadline deadline;
    private final SourceSpec.Timeouts timeouts;
    private final long stallNs;
    private long lastFrameNs;
    private long lastSoundNs;
    private long lastTimelyNs;
    private long frames;
    private long sound;
    private long late;

    CameraReader(Clock clock, Deadline deadline, SourceSpec.Timeouts timeouts) {
        this.clock = clock;
        this.deadline = deadline;
        this.timeouts = timeouts;
        stallNs = timeouts.stallMs() * NS_PER_MS;
    }

    /** Reads until it ends; says why. */
    Ending read(FfmpegInput input, FrameDecoder decoder, StreamWatch watch)
            throws InterruptedException, EndedException {
        long limitNs = timeouts.openMs() * NS_PER_MS;
        lastFrameNs = clock.nanoTime();
        lastSoundNs = lastFrameNs;
        lastTimelyNs = lastFrameNs;
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
                decoder.decode(input.packet());
            } else if (result == AVERROR_EAGAIN()) {
                pause();
            } else if (!gaveUp) {
                return deadline.isStopped() ? Ending.stopped() : broken(result);
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

    private static Ending broken(int code) {
        GapReason reason = FfmpegErrors.ofReading(code);
        String detail = code == AVERROR_EOF() ? "the camera ended the stream" : FfmpegErrors.detail(code, "");
        return Ending.retry(reason, detail);
    }

    private Ending stalled(long decoded, boolean packetsCome) {
        String seen = packetsCome ? "packets come, but " : "";
        if (decoded == 0) {
            return Ending.retry(
                    GapReason.TIMED_OUT, seen + "no picture within " + timeouts.openMs() + " ms of opening");
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
