package io.ringsight.core.analyse.event;

/** How long a source was watched, and how long it was not, since its analysis began. One thread. */
public final class Watch {
    private double nowS;
    private double missingS;
    private boolean isBroken = true;

    /** Something was not seen since the frame before. */
    public void missed() {
        isBroken = true;
    }

    /** A frame that can be trusted, {@code seconds} after the one before. */
    public void frame(double seconds) {
        nowS += seconds;
        if (isBroken) {
            missingS += seconds;
        }
        isBroken = false;
    }

    /** Seconds since the beginning. */
    public double nowS() {
        return nowS;
    }

    /** How many of them nobody saw: those between two frames with something lost between them. */
    public double missingS() {
        return missingS;
    }
}
