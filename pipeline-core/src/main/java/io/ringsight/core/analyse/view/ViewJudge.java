package io.ringsight.core.analyse.view;

import java.util.Locale;

/**
 * Whether a camera still looks where it looked when it was started, by what of its pictures stays: small grey pictures, one every
 * few seconds, are compared with the edges that stayed in those before. One that moved by more than {@value #LIMIT_PERCENT} % of
 * the picture's width puts the view in doubt; when those of {@value #CONFIRM_LOOKS} looks and three seconds agree on it, the
 * camera was moved. Traffic, light, noise and exposure are not what stays; where nothing stays, nothing is said.
 *
 * <p>Two things are compared with: what stayed of the last minute or so, which follows day and night; and before it what
 * stayed of the first two minutes, so that a mount that gives way slowly is noticed, too.
 *
 * <p>Owned by one thread; a look allocates nothing until the camera is found to have been moved.
 */
public final class ViewJudge {
    /** Size of the pictures it looks at. */
    public static final int WIDTH = EdgeField.WIDTH;

    public static final int HEIGHT = EdgeField.HEIGHT;
    /** What may be: less than zones are drawn exactly. */
    static final int LIMIT_PERCENT = 1;

    static final int CONFIRM_LOOKS = 5;
    static final long CONFIRM_NS = 3_000_000_000L;
    /** Of a view that has nothing in common with the one before, which light may do for a while. */
    static final long OTHER_VIEW_NS = 30_000_000_000L;

    private static final int TRUST_LOOKS = 3;
    private static final int LEARN_LOOKS = 8;
    private static final int ANCHOR_LOOKS = 60;
    private static final double LIMIT = EdgeField.WIDTH * LIMIT_PERCENT / 100.0;
    private static final float FOLLOW = 0.05f;
    /** Pixels of edges that stay: fewer say nothing. */
    private static final double MIN_STRENGTH = 300;

    /** Agreement of pictures that are not shifted by the limit, and of those that show the same at all. */
    private static final double SAME = 0.6;

    private static final double ALIKE = 0.3;
    private static final double BETTER = 0.15;
    private static final Motion STILL = new Motion();

    /** How it stands. */
    public enum State {
        /** As it was, or nobody can tell. */
        STEADY,
        /** The last picture seems to have moved. */
        DOUBT,
        /** The camera was moved. */
        MOVED
    }

    /** What one look says. */
    private enum Look {
        UNCLEAR,
        STEADY,
        MOVED,
        OTHER
    }

    private final EdgeField look = new EdgeField();
    private final EdgeField average = new EdgeField();
    private final EdgeField solid = new EdgeField();
    private final EdgeField anchor = new EdgeField();
    private final EdgeField recent = new EdgeField();
    private final EdgeField recentSolid = new EdgeField();
    private final Registration registration = new Registration();
    private final Motion motion = new Motion();
    private final Motion first = new Motion();
    private double movedPixels;
    private int looks;
    private int learnt;
    private int inRow;
    private int unlike;
    private Look rowOf = Look.STEADY;
    private long rowSinceNs;
    private long steadyNs;
    private State state = State.STEADY;
    private String detail = "";

    /** A picture of {@link #WIDTH} x {@link #HEIGHT} grey levels, taken at {@code nowNs}. */
    public void look(byte[] grey, long nowNs) {
        look.of(grey);
        Look seen = learnt < LEARN_LOOKS ? Look.STEADY : compare();
        if (looks++ == 0) {
            steadyNs = nowNs;
        }
        if (!isHidden(seen)) {
            count(seen, nowNs);
            decide(seen, nowNs);
        }
        if (state == State.STEADY && unlike == 0) {
            steadyNs = nowNs;
            learn();
        }
    }

    /** How it stands. */
    public State state() {
        return state;
    }

    /** When a picture was seen last that had not moved. */
    public long steadyNs() {
        return steadyNs;
    }

    /** How it moved, for people; empty if it did not. */
    public String detail() {
        return detail;
    }

    /** Whether the next look should come soon. */
    public boolean isCurious() {
        boolean isUnlikeSinceShort = unlike > 0 && unlike < LEARN_LOOKS;
        return learnt < LEARN_LOOKS || isUnlikeSinceShort || rowOf == Look.MOVED || rowOf == Look.OTHER;
    }

    private Look compare() {
        Look byAnchor = anchor.strength() < MIN_STRENGTH ? Look.OTHER : compare(anchor);
        if (byAnchor != Look.OTHER) {
            unlike = 0;
            return byAnchor;
        }
        solid.solid(average);
        if (solid.strength() < MIN_STRENGTH) {
            unlike = 0;
            return Look.UNCLEAR;
        }
        Look byAverage = compare(solid);
        return byAverage == Look.OTHER ? unlike() : alike(byAverage);
    }

    private Look alike(Look seen) {
        unlike = 0;
        return seen;
    }

    private Look compare(EdgeField with) {
        double asItIs = with.agreement(look, STILL);
        if (asItIs >= SAME) {
            return Look.STEADY;
        }
        motion.of(registration.of(with, look));
        double moved = with.agreement(look, motion);
        movedPixels = registration.mostMoved();
        if (moved >= ALIKE && movedPixels > LIMIT && moved > asItIs + BETTER) {
            return Look.MOVED;
        }
        return Math.max(asItIs, moved) >= ALIKE ? Look.STEADY : Look.OTHER;
    }

    /** Pictures that have nothing in common with those before show something else if they have it with each other. */
    private Look unlike() {
        unlike++;
        boolean isFirst = unlike == 1;
        recentSolid.solid(recent);
        boolean agrees =
                !isFirst && recentSolid.strength() >= MIN_STRENGTH && recentSolid.agreement(look, STILL) >= ALIKE;
        recent.mix(look, isFirst ? 1 : Math.max(1f / unlike, FOLLOW));
        return agrees && unlike > TRUST_LOOKS ? Look.OTHER : Look.UNCLEAR;
    }

    /** Whether something hides a view that is in doubt, a lorry that passes: what was thought before stands meanwhile. */
    private boolean isHidden(Look seen) {
        boolean isAnythingSeen = unlike <= TRUST_LOOKS || recentSolid.strength() >= MIN_STRENGTH;
        return state == State.DOUBT && seen == Look.UNCLEAR && unlike > 0 && isAnythingSeen;
    }

    private void count(Look seen, long nowNs) {
        boolean goesOn = seen == rowOf && (seen != Look.MOVED || agrees());
        if (!goesOn) {
            rowOf = seen;
            inRow = 0;
            rowSinceNs = nowNs;
            first.of(motion);
        }
        inRow++;
    }

    /** A camera that shakes looks elsewhere each time. */
    private boolean agrees() {
        return Math.hypot(motion.across[0] - first.across[0], motion.down[0] - first.down[0]) <= LIMIT;
    }

    private void decide(Look seen, long nowNs) {
        long rowNs = nowNs - rowSinceNs;
        boolean isMoved = seen == Look.MOVED && inRow >= CONFIRM_LOOKS && rowNs >= CONFIRM_NS
                || seen == Look.OTHER && rowNs >= OTHER_VIEW_NS;
        boolean isTrusted = seen == Look.STEADY && inRow >= TRUST_LOOKS;
        if (state == State.MOVED) {
            state = isTrusted ? State.STEADY : State.MOVED;
        } else if (isMoved) {
            state = State.MOVED;
            detail = sentence(seen);
        } else if (seen == Look.MOVED || seen == Look.OTHER) {
            state = State.DOUBT;
        } else {
            state = State.STEADY;
        }
    }

    private String sentence(Look seen) {
        return seen == Look.OTHER
                ? "the camera shows something else than when it was started"
                : String.format(
                        Locale.ROOT,
                        "the camera was moved: its picture is off by up to %.1f %% of its width",
                        100 * movedPixels / EdgeField.WIDTH);
    }

    private void learn() {
        learnt++;
        average.mix(look, Math.max(1f / learnt, FOLLOW));
        if (learnt == ANCHOR_LOOKS) {
            anchor.solid(average);
        }
    }
}
