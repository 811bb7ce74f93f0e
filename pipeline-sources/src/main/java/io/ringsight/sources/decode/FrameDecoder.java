package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.time.CaptureTimes;
import io.ringsight.sources.time.Pacer;
import io.ringsight.sources.time.TimeLine;
import io.ringsight.sources.watch.SpoiledPictures;
import io.ringsight.sources.watch.StreamWatch;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Decodes packets straight into the source's pictures and hands those to the intake; accounts for every frame that
 * cannot be. One for each run. Allocates nothing.
 */
public final class FrameDecoder {
    private static final int MAX_ERRORS_PER_PACKET = 16;

    private final PicturePool pool;
    private final CaptureTimes times;
    private final TimeLine timeLine;
    private final Clock clock;
    private final Deadline deadline;
    private final FrameIntake intake;
    /** The pace of what comes faster than it happened; null for a camera, which never waits. */
    private Pacer pacer;
    /** Takes the frames for which no picture is free: the decoder must go on all the same. */
    private final AVFrame spare = av_frame_alloc();

    private final Deinterlacer deinterlacer;
    private final UprightFilter uprightFilter = new UprightFilter();
    private final PixelAspect pixelAspect;

    private Input input;
    private AVCodecContext codec;
    private CudaDecoder cuda;
    private FfmpegLog log;
    private SpoiledPictures damage;
    private PictureUnits units;
    /** Whether the packet sent last holds a picture, so that refusing it loses one. */
    private boolean pictureSent;
    /** Whether that picture can be decoded without those before it. */
    private boolean keySent;
    /** Whether a picture was sent from which decoding can begin. */
    private boolean keySeen;

    /** Null for a recording, which cannot lag behind. */
    private Lateness lateness;

    private long busyNs;
    private long frames;
    private long soundFrames;
    private long lateFrames;

    public FrameDecoder(
            PicturePool pool,
            CaptureTimes times,
            TimeLine timeLine,
            Pacer pacer,
            FrameIntake intake,
            Wait wait,
            Deinterlace deinterlace) {
        this.deinterlacer = new Deinterlacer(deinterlace);
        this.pool = pool;
        this.times = times;
        this.timeLine = timeLine;
        this.pacer = pacer;
        this.intake = intake;
        this.clock = wait.clock();
        this.deadline = wait.deadline();
        this.pixelAspect = new PixelAspect(intake.metrics().sourceId());
        NativeObject.FRAME.made();
    }

    /** What all waiting is measured and ended by. */
    public record Wait(Clock clock, Deadline deadline) {}

    /**
     * Packets decoded from now on are from {@code input}.
     *
     * @param damage of this input
     * @param cuda what its decoder may decode on
     * @param log what FFmpeg says
     */
    public void begin(Input input, SpoiledPictures damage, CudaDecoder cuda, FfmpegLog log) {
        this.input = input;
        this.codec = input.codec();
        this.cuda = cuda;
        this.log = log;
        this.units = input.pictureUnits();
        this.damage = damage;
        times.begin(input);
        deinterlacer.begin(codec.codec_id());
        pixelAspect.begin(input.pixelAspect());
    }

    /**
     * The input is a camera.
     *
     * @param maxLagNs how far its frames may lag behind before they are late; 0: any time
     */
    public void watch(StreamWatch watch, long maxLagNs) {
        lateness = new Lateness(watch, maxLagNs, times, intake.metrics(), clock);
    }

    /** What comes now comes faster than it happened. */
    public void pace(Pacer pacer) {
        this.pacer = pacer;
    }

    /** Frames the decoder gave so far, lost ones included. */
    public long frames() {
        return frames;
    }

    /** Whether no frame came, and none could: the stream was joined between two key frames. */
    public boolean waitsForKeyFrame() {
        return frames == 0 && !keySeen;
    }

    /** The counters and state of the source. */
    public SourceMetrics metrics() {
        return intake.metrics();
    }

    /** Of these, frames without damage. */
    public long soundFrames() {
        return soundFrames;
    }

    /** Of these, frames that lag too far behind. */
    public long lateFrames() {
        return lateFrames;
    }

    /** Before the packet that is decoded next {@code count} frames were lost: what is built upon them is spoiled. */
    public void lost(GapReason reason, int count) {
        damage.refused();
        intake.lost(reason, count);
    }

    /** Decodes one packet, and hands on all frames it completes. */
    public void decode(AVPacket packet) throws InterruptedException, EndedException {
        if (packet.size() <= 0) {
            // To the decoder that would mean the end of the stream. A camera's damaged buffer comes without data; a
            // recording's empty packet means that nothing changed.
            if (lateness != null) {
                damage.packet();
                pictureSent = true;
                refused();
            }
            return;
        }
        if (units.hasUnexplainedInks(packet)) {
            throw new EndedException(Ending.retry(
                    GapReason.UNSUPPORTED,
                    "expected a JPEG picture in RGB or YCbCr, or one in CMYK that says how its inks count, got CMYK"
                            + " without that (no Adobe marker); save it as RGB"));
        }
        pictureSent = units.holdsPicture(packet);
        keySent = units.standsAlone(packet);
        if (pictureSent) {
            damage.packet();
            keySeen |= keySent;
        }
        if (keySent && cuda.canMove()) {
            move();
        }
        times.packet(packet);
        send(packet);
        receiveAll();
    }

    /** To the GPU, which is there now: what the old decoder holds back comes first, the new one begins with a key frame. */
    private void move() throws InterruptedException, EndedException {
        drain();
        input.renewDecoder();
        codec = input.codec();
        deinterlacer.begin(codec.codec_id());
    }

    /** Hands on the frames the decoder holds back; it takes no packets after that. */
    public void drain() throws InterruptedException, EndedException {
        send(null);
        receiveAll();
    }

    /** Frees what the decoder holds of its own. */
    public void free() {
        deinterlacer.close();
        uprightFilter.close();
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
     * The decoder refused a packet. Without a picture in it nothing is missing. Before the first frame it is the rest of
     * a camera's group of pictures whose start was not seen, unless it needs no start; after it, a frame is missing.
     */
    private void refused() {
        if (!pictureSent) {
            return;
        }
        intake.metrics().count(Counter.DECODE_ERRORS);
        if (frames > 0 || lateness == null || keySent) {
            damage.refused();
            intake.lost(GapReason.CORRUPT, 1);
        }
    }

    private void receiveAll() throws InterruptedException, EndedException {
        int errors = 0;
        while (errors < MAX_ERRORS_PER_PACKET) {
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
        int result = receiveInto(pooled == null ? spare : pooled.frame());
        busyNs += clock.nanoTime() - startNs;
        if (result < 0) {
            giveBack(pooled);
        } else {
            handOn(pooled);
        }
        return result;
    }

    /** A frame that the deinterlacer holds back until it has seen the next is as one that the decoder holds back. */
    private int receiveInto(AVFrame frame) throws EndedException {
        int result;
        do {
            result = avcodec_receive_frame(codec, frame);
            if (result >= 0) {
                result = deinterlaced(deinterlacer.filter(frame));
            } else if (result == AVERROR_EOF()) {
                return deinterlaced(deinterlacer.last(frame));
            } else {
                return result;
            }
        } while (result == AVERROR_EAGAIN());
        return result;
    }

    private int deinterlaced(int result) throws EndedException {
        if (result < 0 && result != AVERROR_EAGAIN() && result != AVERROR_EOF()) {
            throw new EndedException(Ending.retry(
                    GapReason.UNSUPPORTED,
                    "cannot deinterlace a picture: " + FfmpegErrors.detail(result, log.lastError())
                            + "; set deinterlace: off"));
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
        boolean due = false;
        try {
            GapReason loss = loss(frame, pooled == null, ptsNs);
            if (loss != null) {
                intake.lost(loss, 1);
            } else {
                describe(pooled, pts, ptsNs, decodeNs);
                due = pacer == null || ptsNs == Picture.UNKNOWN || pacer.await(ptsNs, timeLine.frameNs(), deadline);
            }
        } finally {
            if (!due) {
                giveBack(pooled);
            }
        }
        if (due) {
            intake.offer(pooled.picture());
        }
    }

    private void describe(PooledPicture pooled, long pts, long ptsNs, long decodeNs) throws EndedException {
        boolean described = false;
        try {
            settle(pooled);
            double aspect = pixelAspect.of(pooled.frame(), uprightFilter.swapsAxes(pooled.frame()));
            turn(pooled.frame());
            pooled.describe();
            pooled.picture().pixelAspect(aspect);
            pooled.picture().decodedIn(decodeNs);
            times.stamp(pooled.picture(), pts, ptsNs);
            described = true;
        } finally {
            if (!described) {
                intake.lost(GapReason.CORRUPT, 1);
            }
        }
    }

    /** Makes sure that the pixels are there, and where they may be. */
    private void settle(PooledPicture pooled) throws EndedException {
        if (pooled.frame().format() == AV_PIX_FMT_CUDA) {
            cuda.awaitPicture(pooled.pixelFormatOnGpu());
        } else if (cuda.isAttached() && !deinterlacer.tookFromGpu()) {
            cuda.cameInHostMemory(log);
        }
    }

    /** All who see the picture see it upright. */
    private void turn(AVFrame frame) throws EndedException {
        int result = uprightFilter.turn(frame);
        if (result < 0) {
            throw new EndedException(Ending.retry(
                    GapReason.UNSUPPORTED,
                    "cannot turn a picture upright: " + FfmpegErrors.detail(result, log.lastError())));
        }
    }

    /** Why the frame cannot be handed on, or null. */
    private GapReason loss(AVFrame frame, boolean noRoom, long ptsNs) {
        boolean late = lateness != null && lateness.isLate(ptsNs);
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

    private boolean spoiled(AVFrame frame) {
        int flags = frame.flags();
        boolean reported = frame.decode_error_flags() != 0 || (flags & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0;
        return damage.spoils((flags & AVFrame.AV_FRAME_FLAG_KEY) != 0, reported);
    }

    /** Without its pixels: they may lie in memory that goes with the input. */
    private void giveBack(PooledPicture pooled) {
        if (pooled == null) {
            av_frame_unref(spare);
        } else {
            av_frame_unref(pooled.frame());
            pooled.picture().release();
        }
    }
}
