package io.ringsight.sources.supervise;

import io.ringsight.core.analyse.view.ViewGuard;
import io.ringsight.core.analyse.view.ViewJudge;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.sources.watch.PictureWatch;
import java.util.Optional;

/**
 * Whether a camera that gives frames can be trusted to show what is before it now: its picture changes, is not black,
 * the stream's own time goes on, and it looks where it looked before. Owned by the source's thread; allocates nothing a frame.
 */
final class Suspicions {
    private static final long NS_PER_MS = 1_000_000L;

    private final SuspicionLimits limits;
    private final PictureWatch pictureWatch;
    private final Optional<ViewGuard> view;
    private long latestPtsNs;
    private long timeWentOnNs;
    /** Of the last picture: asked of the view once, since it may be found to have been moved in between. */
    private boolean isInDoubt;

    /** @param view looks whether the camera was moved, where that matters */
    Suspicions(SuspicionLimits limits, Optional<ViewGuard> view) {
        this.view = view;
        this.limits = limits;
        pictureWatch = new PictureWatch(limits.frozenMs() * NS_PER_MS);
    }

    /** The camera was reopened. */
    void begin() {
        pictureWatch.begin();
        latestPtsNs = Picture.UNKNOWN;
    }

    /** What the picture that came now is suspected of, or null. */
    GapReason of(Picture picture, long nowNs) {
        pictureWatch.look(picture, nowNs);
        if (pictureWatch.isBlack(nowNs)) {
            return GapReason.BLACK;
        }
        if (pictureWatch.isFrozen(nowNs)) {
            return GapReason.FROZEN;
        }
        if (standsStill(picture.ptsNs(), nowNs)) {
            return GapReason.TIME_STOPPED;
        }
        return isMoved(picture, nowNs) ? GapReason.MOVED : null;
    }

    private boolean isMoved(Picture picture, long nowNs) {
        if (view.isEmpty()) {
            return false;
        }
        view.get().offer(picture, nowNs);
        ViewJudge.State seen = view.get().state();
        isInDoubt = seen == ViewJudge.State.DOUBT;
        return seen == ViewJudge.State.MOVED;
    }

    /** What a picture of which nothing is suspected may be suspected of soon, or null. */
    GapReason doubt() {
        return isInDoubt ? GapReason.MOVED : null;
    }

    private boolean standsStill(long ptsNs, long nowNs) {
        if (ptsNs == Picture.UNKNOWN || limits.timeStoppedMs() == 0) {
            return false;
        }
        if (ptsNs != latestPtsNs) {
            latestPtsNs = ptsNs;
            timeWentOnNs = nowNs;
        }
        return nowNs - timeWentOnNs >= limits.timeStoppedMs() * NS_PER_MS;
    }

    /** How long it took to suspect it of {@code reason}, in nanoseconds. */
    long sinceNs(GapReason reason, long nowNs) {
        return reason == GapReason.MOVED ? nowNs - view.orElseThrow().steadyNs() : limitMs(reason) * NS_PER_MS;
    }

    private long limitMs(GapReason reason) {
        return reason == GapReason.TIME_STOPPED ? limits.timeStoppedMs() : limits.frozenMs();
    }

    /** What is known of a suspicion, for people. */
    String detail(GapReason reason) {
        long ms = limitMs(reason);
        switch (reason) {
            case FROZEN:
                return "the picture has not changed for " + ms
                        + " ms; where nothing may move for so long, raise frozenTimeoutMs or set it to 0";
            case MOVED:
                return view.orElseThrow().detail();
            case BLACK:
                return "the picture has been black for " + ms + " ms";
            default:
                return "frames come, but the stream's own time has not gone on for " + ms + " ms";
        }
    }
}
