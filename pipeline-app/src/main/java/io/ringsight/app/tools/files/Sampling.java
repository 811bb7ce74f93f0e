package io.ringsight.app.tools.files;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.PassingIntake;

/**
 * Which frames of a video are analysed.
 *
 * @param startNs time from the video's first frame; frames before it are as if they were not there
 * @param every of the others each so many; the rest counts as {@code rate-limit}
 * @param fps of these at most so many a second, by the video's own time; the rest counts as {@code rate-limit}; 0: all
 */
public record Sampling(long startNs, int every, double fps) {
    /** Every frame. */
    public static final Sampling ALL = new Sampling(0, 1, 0);

    /** Hands the chosen frames on to {@code intake}; one video's. */
    FrameIntake before(FrameIntake intake) {
        return startNs == 0 && every == 1 ? intake : new Sampled(this, intake);
    }

    /** Owned by the source's thread. */
    private static final class Sampled implements PassingIntake {
        private final Sampling sampling;
        private final FrameIntake intake;
        private long firstNs = Picture.UNKNOWN;
        private boolean started;
        private long frames;

        Sampled(Sampling sampling, FrameIntake intake) {
            this.sampling = sampling;
            this.intake = intake;
            started = sampling.startNs == 0;
        }

        @Override
        public void offer(Picture picture) throws InterruptedException {
            started = started || isAtStart(picture.ptsNs());
            if (!started) {
                picture.release();
            } else if (frames++ % sampling.every == 0) {
                intake.offer(picture);
            } else {
                picture.release();
                intake.lost(GapReason.RATE_LIMIT, 1);
            }
        }

        private boolean isAtStart(long ptsNs) {
            if (ptsNs != Picture.UNKNOWN && firstNs == Picture.UNKNOWN) {
                firstNs = ptsNs;
            }
            return ptsNs != Picture.UNKNOWN && ptsNs - firstNs >= sampling.startNs;
        }

        @Override
        public void lost(GapReason reason, int lost) {
            if (started) {
                frames += lost;
                intake.lost(reason, lost);
            }
        }

        @Override
        public FrameIntake next() {
            return intake;
        }
    }
}
