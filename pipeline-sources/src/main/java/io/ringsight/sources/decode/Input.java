package io.ringsight.sources.decode;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.time.StampedPackets;
import io.ringsight.sources.time.TimeBase;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * One open connection, file or device: where the packets of a video come from, and their decoder.
 *
 * <p>Owned by the thread that opened it, whose {@link Deadline} bounds all calls.
 */
public interface Input extends StampedPackets, AutoCloseable {
    /**
     * Reads the next packet of the video into {@link #packet()}.
     *
     * @return 0, or FFmpeg's error code
     */
    int read();

    /** The packet read last; one without data is a picture that was damaged on its way. */
    AVPacket packet();

    /** How many frames are known to have been lost before the packet read last, beside what the log tells. */
    default int lost() {
        return 0;
    }

    /** Why they were. */
    default GapReason lossReason() {
        return GapReason.CORRUPT;
    }

    /** The decoder. */
    AVCodecContext codec();

    /**
     * Opens the decoder again, on the GPU if it can be there now; it begins with the next packet. The one before was
     * drained. Where it stays as it is, nothing happens.
     */
    default void renewDecoder() throws EndedException {
        // decoders of devices that are no streams stay where they are
    }

    /** FFmpeg's name of the codec. */
    String codecName();

    /** Tells which packets hold pictures. */
    PictureUnits pictureUnits();

    /** What tells how wide the pixels are. */
    PixelAspect.Knowledge pixelAspect();

    /** The unit of the packets' times. */
    TimeBase timeBase();

    /** From one frame to the next by the nominal rate; 0 if it is not known. */
    long frameNs();

    /** How many videos it has. */
    int tracks();

    /** Which of them is read, counted from 1; 0 for none of them, but a cover picture. */
    int track();

    /** Whether it is one picture and no stream. */
    boolean isPicture();

    /** Whether it comes in pieces of many pictures, or as fast as the line is, and not as it happens. */
    boolean comesInBursts();

    /** Whether its end is known: a recording, not a broadcast. */
    boolean isFinite();

    /** Frees all. Takes leave of the camera within the thread's deadline. Twice is allowed. */
    @Override
    void close();
}
