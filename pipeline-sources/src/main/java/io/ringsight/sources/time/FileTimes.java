package io.ringsight.sources.time;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * A recording's own time line, laid on the moment its recording began: as the user says it, or else the file
 * ({@code creation_time}). Where nobody says it, the capture time is unknown; it is never the time of reading. How far
 * off the file's word is, nobody knows; the user's is taken to be exact to one tick of the file.
 */
public final class FileTimes implements CaptureTimes {
    /** Cameras whose clock was never set write their epoch: 1904, 1970 or 1980. */
    private static final Instant EARLIEST = Instant.parse("1990-01-01T00:00:00Z");

    private final TimeLine timeLine;
    private long startUtcNs = Picture.UNKNOWN;
    private long uncertaintyUs = Picture.UNKNOWN;
    private long firstPtsNs = Picture.UNKNOWN;

    public FileTimes(TimeLine timeLine) {
        this.timeLine = timeLine;
    }

    /**
     * The recording begins, or begins again.
     *
     * @param given when its first frame was taken, as the user says; null: not said
     * @param creationTime as the file says; empty: not said
     * @param now a recording cannot begin later
     */
    public void begin(Instant given, String creationTime, Instant now) {
        firstPtsNs = Picture.UNKNOWN;
        Instant start = given == null ? parsed(creationTime, now) : given;
        startUtcNs =
                start == null ? Picture.UNKNOWN : TimeUnit.SECONDS.toNanos(start.getEpochSecond()) + start.getNano();
        uncertaintyUs = given == null ? Picture.UNKNOWN : timeLine.base().tickUs();
    }

    private static Instant parsed(String text, Instant now) {
        try {
            Instant time = Instant.parse(text);
            return time.isBefore(EARLIEST) || time.isAfter(now) ? null : time;
        } catch (DateTimeParseException e) {
            // Free text of a file: no time.
            return null;
        }
    }

    @Override
    public void packet(AVPacket packet) {
        // The packet knows nothing that the frame does not.
    }

    @Override
    public void stamp(Picture picture, long pts, long ptsNs) {
        if (firstPtsNs == Picture.UNKNOWN) {
            firstPtsNs = ptsNs;
        }
        long utcNs = startUtcNs == Picture.UNKNOWN ? Picture.UNKNOWN : startUtcNs + (ptsNs - firstPtsNs);
        picture.captured(ptsNs, utcNs, CaptureClock.FILE, uncertaintyUs);
    }
}
