package io.ringsight.sources.supervise;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.PassingIntake;
import io.ringsight.core.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The intake of a source, watched for a run's first frame and for pictures that may lie. Owned by the source's thread; allocates nothing. */
final class WatchedIntake implements PassingIntake {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSupervisor.class);
    private static final String LIVE = "live";
    private final FrameIntake intake;
    private final Clock clock;
    private final Suspicions suspicions;
    private GapReason suspicion;
    private GapReason doubt;
    private boolean live;
    private long liveSinceNs;

    WatchedIntake(FrameIntake intake, Clock clock, Suspicions suspicions) {
        this.intake = intake;
        this.clock = clock;
        this.suspicions = suspicions;
    }

    void begin() {
        live = false;
        suspicion = null;
        mark(null);
        suspicions.begin();
    }

    boolean isLive() {
        return live;
    }

    /** How long the run has given frames; 0 if none. */
    long liveNs() {
        return live ? clock.nanoTime() - liveSinceNs : 0;
    }

    private void frameCame() {
        if (!live) {
            live = true;
            liveSinceNs = clock.nanoTime();
            intake.metrics().state(LIVE);
            intake.metrics().count(Counter.CONNECTS);
            LOG.info("{}: live", intake.metrics().sourceId());
        }
    }

    @Override
    public void offer(Picture picture) throws InterruptedException {
        frameCame();
        boolean told = false;
        try {
            GapReason now = suspicions.of(picture, clock.nanoTime());
            if (now != suspicion) {
                change(now);
            }
            mark(now == null ? suspicions.doubt() : null);
            told = true;
        } finally {
            if (!told) {
                picture.release();
            }
        }
        intake.offer(picture);
    }

    private void mark(GapReason reason) {
        if (reason != doubt) {
            doubt = reason;
            intake.doubt(reason);
        }
    }

    private void change(GapReason reason) throws InterruptedException {
        suspicion = reason;
        String sourceId = intake.metrics().sourceId();
        if (reason == null) {
            intake.trust();
            intake.metrics().state(LIVE);
            LOG.info("{}: live again", sourceId);
        } else {
            long sinceUtcNs = clock.epochNanos() - suspicions.sinceNs(reason, clock.nanoTime());
            intake.suspect(reason, suspicions.detail(reason), sinceUtcNs);
            intake.metrics().state(reason.wireName());
            LOG.warn("{}: {}: {}", sourceId, reason.wireName(), suspicions.detail(reason));
        }
    }

    @Override
    public void lost(GapReason reason, int frames) {
        frameCame();
        intake.lost(reason, frames);
    }

    @Override
    public FrameIntake next() {
        return intake;
    }
}
