package io.ringsight.sources;

import io.ringsight.core.time.CaptureClock;
import io.ringsight.sources.supervise.Ending;
import java.util.OptionalDouble;

/**
 * What a short look at a source showed.
 *
 * @param uri the source, without password
 * @param video what was read
 * @param last what the last picture was like
 * @param fps frames a second by the pictures' own times; empty with fewer than two
 * @param pictures how many came
 * @param lost how many frames were damaged or could not be taken
 * @param firstPictureMs from opening to the first picture, in milliseconds; -1 without
 * @param ending why it gave no more pictures; null when the look was simply over
 */
public record ProbeReport(
        String uri,
        Video video,
        LastPicture last,
        OptionalDouble fps,
        int pictures,
        int lost,
        long firstPictureMs,
        Ending ending) {
    /**
     * What was read.
     *
     * @param codec FFmpeg's name of the codec; {@code none} for a drawing, empty if it was not reached
     * @param tracks how many videos it has; 0 for a drawing, or if it was not reached
     * @param track which of them was read, counted from 1; likewise 0
     */
    public record Video(String codec, int tracks, int track) {}

    /**
     * What the last picture was like.
     *
     * @param width in pixels; 0 without pictures
     * @param height in pixels; 0 without pictures
     * @param pixelFormat FFmpeg's name of it; empty without pictures
     * @param clock by which clock its capture time is; null without pictures
     */
    public record LastPicture(int width, int height, String pixelFormat, CaptureClock clock) {}

    /** Whether pictures came. */
    public boolean ok() {
        return pictures > 0;
    }

    /** Why it ended, or that it gave no picture, for people. */
    public String why() {
        return ending == null ? "it gave no picture" : ending.toString();
    }
}
