package io.ringsight.sources.synthetic;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import io.ringsight.sources.spec.SyntheticSettings;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.util.concurrent.locks.LockSupport;

/**
 * A camera that looks at a drawing with known truth; see {@link SyntheticSettings} for its URI and
 * {@link SyntheticTruth} for what each frame shows.
 *
 * <p><b>Time.</b> Frame n of a run, counted from 0, has presentation time n / fps. Paced, it is taken at just that time
 * after the run began; a frame that is due while the thread was held up comes late but with the time it was due, as
 * from a camera with a long cable. Taken as fast as possible, a frame is taken when it is drawn. Either way the camera
 * knows the moment itself, so the capture clock is {@code device}; the uncertainty is that of the host's wall clock,
 * which the moment is told in.
 *
 * <p><b>Loss.</b> Paced, it is a camera: without a free picture the frame is lost as {@code overload}. As fast as
 * possible, it is a recording: it waits.
 *
 * <p>Allocates nothing a frame. Native memory is made by the first run and freed by {@link #close}.
 */
public final class SyntheticSource implements Source {
    /** The wall clock is read in milliseconds. */
    private static final long UNCERTAINTY_US = 1_000;

    /** A clock may be turned by hand, so no wait trusts it for longer. */
    private static final long MAX_PARK_NS = 20_000_000L;

    private static final long POOL_PARK_NS = 200_000L;

    private final SyntheticSettings settings;
    private final Clock clock;
    private final int pictures;
    private Scene scene;
    private LumaPictures pool;
    private volatile boolean stopped;
    private volatile Thread runner;

    /**
     * A source of {@code pictures} pictures; see {@link io.ringsight.sources.Sources#open}.
     *
     * @throws SourceSpecException if the URI's query is wrong
     */
    public SyntheticSource(SourceSpec.Synthetic spec, Clock clock, int pictures) {
        this.settings = SyntheticSettings.of(spec);
        this.clock = clock;
        this.pictures = pictures;
    }

    @Override
    public Ending run(FrameIntake intake) throws InterruptedException {
        runner = Thread.currentThread();
        try {
            return stopped ? Ending.stopped() : video(intake);
        } finally {
            runner = null;
        }
    }

    private Ending video(FrameIntake intake) throws InterruptedException {
        if (pool == null) {
            scene = Scene.open(settings);
            pool = new LumaPictures(pictures, settings.width(), settings.height());
        }
        scene.prepare(0);
        long startNs = clock.nanoTime();
        for (long frame = 0; frame < settings.frames(); frame++) {
            if (settings.paced()) {
                awaitTime(startNs + settings.ptsNs(frame));
            }
            Picture picture = picture();
            if (stopped) {
                if (picture != null) {
                    picture.release();
                }
                return Ending.stopped();
            }
            if (picture == null) {
                intake.lost(GapReason.OVERLOAD, 1);
            } else {
                take(picture, frame, startNs);
                intake.offer(picture);
            }
            scene.prepare(frame + 1);
        }
        return Ending.ended("all " + settings.frames() + " frames were given");
    }

    private void take(Picture picture, long frame, long startNs) {
        long beginNs = clock.nanoTime();
        long takenNs = settings.paced() ? startNs + settings.ptsNs(frame) : beginNs;
        long takenUtcNs = clock.epochNanos() - (beginNs - takenNs);
        scene.draw(frame, pool.luma(picture), pool.stride());
        picture.captured(settings.ptsNs(frame), takenUtcNs, CaptureClock.DEVICE, UNCERTAINTY_US);
        picture.decodedIn(clock.nanoTime() - beginNs);
    }

    /** A free picture; null if there is none and a camera cannot wait, or when stopped. */
    private Picture picture() throws InterruptedException {
        Picture picture = pool.tryAcquire();
        while (picture == null && lossless() && !stopped) {
            LockSupport.parkNanos(this, POOL_PARK_NS);
            throwIfInterrupted();
            picture = pool.tryAcquire();
        }
        return picture;
    }

    private void awaitTime(long dueNs) throws InterruptedException {
        throwIfInterrupted();
        for (long leftNs = dueNs - clock.nanoTime(); leftNs > 0 && !stopped; leftNs = dueNs - clock.nanoTime()) {
            LockSupport.parkNanos(this, Math.min(leftNs, MAX_PARK_NS));
            throwIfInterrupted();
        }
    }

    private static void throwIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public void stop() {
        stopped = true;
        LockSupport.unpark(runner);
    }

    @Override
    public boolean lossless() {
        return !settings.paced();
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.close();
            pool = null;
        }
    }
}
