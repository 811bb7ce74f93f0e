package io.ringsight.sinks.evidence;

import io.ringsight.core.frame.RecentVideo;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where pictures and clips are kept, and how many.
 *
 * @param dir of Ringsight's own
 * @param maxBytes on the disk, whole blocks; beyond it the oldest go
 * @param maxAgeSeconds older ones go
 * @param clips whether the video around the frames is kept, too
 * @param clipPreRollMs of a clip before the frame
 * @param clipPostRollMs of a clip after it
 * @param clipMaxBytes of a clip, and of the video that is held of a source in memory
 */
public record EvidenceSpec(
        Path dir,
        long maxBytes,
        long maxAgeSeconds,
        boolean clips,
        int clipPreRollMs,
        int clipPostRollMs,
        long clipMaxBytes) {
    /** A few hundred pictures of an HD camera. */
    public static final long MIN_BYTES = 10_485_760;

    public static final long DEFAULT_BYTES = 10_737_418_240L;
    /** Thirty days. */
    public static final long DEFAULT_AGE_SECONDS = 2_592_000;
    /** Left free on the disk for what must not stop: spools and journals. */
    public static final long MIN_FREE_BYTES = 268_435_456;

    public static final int DEFAULT_CLIP_ROLL_MS = 5_000;
    /** A quarter of a minute at 16 Mbit/s. */
    public static final long DEFAULT_CLIP_BYTES = 33_554_432;

    /** Pictures alone. */
    public EvidenceSpec(Path dir, long maxBytes, long maxAgeSeconds) {
        this(dir, maxBytes, maxAgeSeconds, false, DEFAULT_CLIP_ROLL_MS, DEFAULT_CLIP_ROLL_MS, DEFAULT_CLIP_BYTES);
    }

    /** How much video is held of a source, if clips are kept. */
    public Optional<RecentVideo.Limits> clipLimits() {
        return clips
                ? Optional.of(new RecentVideo.Limits(clipPreRollMs, clipPostRollMs, clipMaxBytes))
                : Optional.empty();
    }
}
