package io.ringsight.sources.watch;

import io.ringsight.core.frame.Picture;
import java.util.function.LongSupplier;

/**
 * Which of a stream's pictures show what the camera saw, after packets were lost on their way.
 *
 * <p>A lost packet spoils more than its own picture: the pictures after it are built upon it until the next key frame,
 * and of those the decoder reports nothing (H.265: of none at all, and pictures vanish). So after damage every picture
 * is spoiled until a key frame that began after it. A stream without key frames (intra refresh) is trusted again after
 * {@value #MAX_PACKETS} packets without further damage, or after as many as its key frames were ever apart.
 *
 * <p>Owned by the source's thread; one for each opened input; allocates nothing.
 */
public final class SpoiledPictures {
    private static final int MAX_PACKETS = 300;
    /** The parser looks one picture ahead: a loss noticed while one packet is read may belong to the next. */
    private static final int LOOKAHEAD = 2;

    private static final int MAX_VANISHED = 250;

    private final LongSupplier missedPackets;
    private long missedBefore;
    private long packets;
    private boolean spoiled;
    private long lastDamage;
    private long keyNotBefore;
    private long lastKey;
    /** Packets from one key frame to the next, as many as there were at most: damage may live as long. */
    private long longestGroup;

    private long lastPtsNs = Picture.UNKNOWN;
    private long intervalNs;
    private boolean missedSinceFrame;
    private int refusedSinceFrame;

    /** @param missedPackets how many packets FFmpeg has reported as missed so far */
    public SpoiledPictures(LongSupplier missedPackets) {
        this.missedPackets = missedPackets;
        missedBefore = missedPackets.getAsLong();
    }

    /** A packet was read and is decoded next. */
    public void packet() {
        packets++;
        long missed = missedPackets.getAsLong();
        if (missed != missedBefore) {
            missedBefore = missed;
            missedSinceFrame = true;
            hit(LOOKAHEAD);
        }
    }

    /** The decoder gave nothing for the packet: a picture is missing. */
    public void refused() {
        refusedSinceFrame++;
        hit(1);
    }

    private void hit(int packetsAfter) {
        spoiled = true;
        lastDamage = packets;
        keyNotBefore = Math.max(keyNotBefore, packets + packetsAfter);
    }

    /**
     * The decoder gave a frame.
     *
     * @param key whether it is a key frame
     * @param reported whether the decoder reports damage of this frame
     * @return whether it does not show what the camera saw
     */
    public boolean spoils(boolean key, boolean reported) {
        if (key) {
            longestGroup = lastKey == 0 ? 0 : Math.max(longestGroup, packets - lastKey);
            lastKey = packets;
        }
        if (reported) {
            hit(1);
        } else if (spoiled
                && (key && packets >= keyNotBefore || packets - lastDamage > Math.max(MAX_PACKETS, longestGroup))) {
            spoiled = false;
        }
        return spoiled;
    }

    /**
     * How many frames between the one before and this one vanished with lost packets, by their times: none without lost
     * packets, since a camera may leave frames out by itself.
     *
     * @param ptsNs the frame's time, or {@link Picture#UNKNOWN}
     */
    public int vanishedBefore(long ptsNs) {
        int vanished = 0;
        if (ptsNs != Picture.UNKNOWN && lastPtsNs != Picture.UNKNOWN && ptsNs > lastPtsNs) {
            long stepNs = ptsNs - lastPtsNs;
            if (!missedSinceFrame && refusedSinceFrame == 0) {
                intervalNs = stepNs;
            } else if (missedSinceFrame && intervalNs > 0) {
                long steps = (stepNs + intervalNs / 2) / intervalNs;
                vanished = (int) Math.max(0, Math.min(MAX_VANISHED, steps - 1 - refusedSinceFrame));
            }
        }
        lastPtsNs = ptsNs;
        missedSinceFrame = false;
        refusedSinceFrame = 0;
        return vanished;
    }
}
