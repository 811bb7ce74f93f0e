package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes packets straight into the source's pictures and hands those to the intake; accounts for every frame that
 * cannot be. One for each run. Allocates nothing.
 */
final class FrameDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(FrameDecoder.class);
    private static final int MOST_ERRORS_A_PACKET = 16;

    private final PicturePool pool;
    private final CaptureTimes times;
    private final TimeLine timeLine;
    private final Clock clock;
    private final Deadline deadline;
    private final FrameIntake intake;
    /** The pace of a recording; null for a camera, which never waits. */
    private final Pacer pacer;
    /** Takes the frames for which no picture is free: the decoder must go on all the same. */
    private final AVFrame spare = av_frame_alloc();

    private AVCodecContext codec;
    private boolean copies;
    private CudaDecoder cuda;
    private FfmpegLog log;
    private Damage damage;
    private StreamWatch watch;
    private long maxLagNs;
    private boolean jumpTold;
    private boolean rateTold;
    private long busyNs;
    private long frames;
    private long soundFrames;
    private long lateFrames;

    FrameDecoder(PicturePool pool, CaptureTimes times, TimeLine timeLine, Pacer pacer, FrameIntake intake, Wait wait) {
        this.pool = pool;
        this.times = times;
        this.timeLine = timeLine;
        this.pacer = pacer;
        this.intake = intake;
        this.clock = wait.clock();
        this.deadline = wait.deadline();
        NativeObject.FRAME.made();
    }

    /** What all waiting is measured and ended by. */
    record Wait(Clock clock, Deadline deadline) {}

    /**
     * Packets decoded from now on are for {@code codec}.
     *
     * @param copies whether frames must be copied because they lie in the input's own memory
     * @param damage of this input
     * @param cuda what {@code codec} may decode on
     * @param log what FFmpeg says
     */
    void begin(AVCodecContext codec, boolean copies, Damage damage, CudaDecoder cuda, FfmpegLog log) {
        this.codec = codec;
        this.cuda = cuda;
        this.log = log;
        this.copies = copies;
        this.damage = damage;
    }

    /**
     * The input is a camera.
     *
     * @param maxLagNs how far its frames may lag behind before they are late; 0: any time
     */
    void watch(StreamWatch watch, long maxLagNs) {
        this.watch = watch;
        this.maxLagNs = maxLagNs;
    }

    /** Frames the decoder gave so far, lost ones included. */
    long frames() {
        return frames;
    }

    /** Of these, frames without damage. */
    long soundFrames() {
        return soundFrames;
    }

    /** Of these, frames that lag too far behind. */
    long lateFrames() {
        return lateFrames;
    }

    /** Decodes one packet, and hands on all frames it completes. */
    void decode(AVPacket packet) throws InterruptedException, EndedException {
        damage.packet();
        if (packet.size() <= 0) {
            // A damaged V4L2 buffer comes without data; to the decoder that would mean the end of the stream.
            refused();
            return;
        }
        times.packet(packet);
        send(packet);
        receiveAll();
    }

    /** Hands on the frames the decoder holds back; it takes no packets after that. */
    void drain() throws InterruptedException, EndedException {
        send(null);
        receiveAll();
    }

    /** Frees what the decoder holds of its own. */
    void free() {
        av_frame_free(spare);
        NativeObject.FRAME.freed();
    }

    private void send(AVPacket packet) {
        long startNs = clock.nanoTime();
        int result = avcodec_send_packet(codec, packet);
        busyNs += clock.nanoTime() - startNs;
        if (result < 0 && result != AVERROR_EOF()) {
            refused();
        }
    }

    /**
     * The decoder gave nothing for a packet. Before the first frame that is the rest of a group of pictures whose start
     * was not seen; after it, a frame is missing.
     */
    private void refused() {
        intake.metrics().count(Counter.DECODE_ERRORS);
        if (frames > 0) {
            damage.refused();
            intake.lost(GapReason.CORRUPT, 1);
        }
    }

    private void receiveAll() throws InterruptedException, EndedException {
        int errors = 0;
        while (errors < MOST_ERRORS_A_PACKET) {
            int result = receive();
            if (result == AVERROR_EAGAIN() || result == AVERROR_EOF()) {
                return;
            }
            if (result < 0) {
                errors++;
                refused();
            }
        }
    }

    private int receive() throws InterruptedException, EndedException {
        PooledPicture pooled = pacer == null ? pool.tryTake() : pool.take(deadline);
        long startNs = clock.nanoTime();
        int result = avcodec_receive_frame(codec, pooled == null ? spare : pooled.frame());
        busyNs += clock.nanoTime() - startNs;
        if (result < 0) {
            giveBack(pooled);
        } else {
            handOn(pooled);
        }
        return result;
    }

    private void handOn(PooledPicture pooled) throws InterruptedException, EndedException {
        frames++;
        AVFrame frame = pooled == null ? spare : pooled.frame();
        // Every frame moves the time line on, also one that is lost.
        long pts = frame.best_effort_timestamp();
        long ptsNs = timeLine.next(pts);
        long decodeNs = busyNs;
        busyNs = 0;
        int vanished = damage.vanishedBefore(ptsNs);
        if (vanished > 0) {
            intake.lost(GapReason.CORRUPT, vanished);
        }
        GapReason loss = loss(frame, pooled == null, ptsNs);
        if (loss != null) {
            av_frame_unref(spare);
            giveBack(pooled);
            intake.lost(loss, 1);
        } else {
            settle(pooled);
            if (copies) {
                pooled.describeCopied();
            } else {
                pooled.describe();
            }
            pooled.picture().decodedIn(decodeNs);
            times.stamp(pooled.picture(), pts, ptsNs);
            offer(pooled, ptsNs);
        }
    }

    /** Makes sure that the pixels are there, and where they may be. */
    private void settle(PooledPicture pooled) throws EndedException {
        boolean onGpu = pooled.frame().format() == AV_PIX_FMT_CUDA;
        if (!onGpu && !cuda.isAttached()) {
            return;
        }
        boolean settled = false;
        try {
            if (onGpu) {
                cuda.awaitPicture();
            } else {
                cuda.cameInHostMemory(log);
            }
            settled = true;
        } finally {
            if (!settled) {
                giveBack(pooled);
                intake.lost(GapReason.CORRUPT, 1);
            }
        }
    }

    /** Why the frame cannot be handed on, or null. */
    private GapReason loss(AVFrame frame, boolean noRoom, long ptsNs) {
        boolean late = watch != null && isLate(ptsNs);
        if (spoiled(frame)) {
            return GapReason.CORRUPT;
        }
        soundFrames++;
        if (late) {
            lateFrames++;
            return GapReason.LATE;
        }
        return noRoom ? GapReason.OVERLOAD : null;
    }

    private boolean isLate(long ptsNs) {
        long nowNs = clock.nanoTime();
        if (watch.jumps(ptsNs, nowNs)) {
            intake.metrics().count(Counter.TIME_JUMPS);
            times.distrust();
            tellJump();
        }
        if (watch.deviates(nowNs)) {
            intake.metrics().count(Counter.RATE_DEVIATIONS);
            tellRate();
        }
        return maxLagNs > 0 && watch.lagNs() > maxLagNs;
    }

    /** Once: a camera may do it with every frame. */
    private void tellJump() {
        if (!jumpTold) {
            jumpTold = true;
            LOG.warn(
                    "{}: the stream's own time jumped or stands still; arrival counts",
                    intake.metrics().sourceId());
        }
    }

    private void tellRate() {
        if (!rateTold) {
            rateTold = true;
            LOG.warn(
                    "{}: {} frames/s come, but the camera announces {}",
                    intake.metrics().sourceId(),
                    Math.round(watch.rate() * 10) / 10.0,
                    Math.round(watch.announcedRate() * 10) / 10.0);
        }
    }

    private boolean spoiled(AVFrame frame) {
        int flags = frame.flags();
        boolean reported = frame.decode_error_flags() != 0 || (flags & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0;
        return damage.spoils((flags & AVFrame.AV_FRAME_FLAG_KEY) != 0, reported);
    }

    private void offer(PooledPicture pooled, long ptsNs) throws InterruptedException {
        boolean due = false;
        try {
            due = pacer == null || pacer.await(ptsNs, deadline);
        } finally {
            if (!due) {
                giveBack(pooled);
            }
        }
        if (due) {
            intake.offer(pooled.picture());
        }
    }

    private static void giveBack(PooledPicture pooled) {
        if (pooled != null) {
            pooled.picture().release();
        }
    }
}
