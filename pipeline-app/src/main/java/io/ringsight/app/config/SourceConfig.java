package io.ringsight.app.config;

import io.ringsight.core.frame.SourceId;
import io.ringsight.sources.Decode;
import io.ringsight.sources.SourceSpec;
import java.util.Optional;

/**
 * One source and how the pipeline treats it.
 *
 * @param id its name
 * @param spec where its pictures come from
 * @param maxFps frames a second above which frames are left out; 0: none are
 * @param deadlineMs age above which a frame is not analysed any more; 0: none
 * @param credits the most frames it may have on their way; empty: two for a camera, for a recording as many as keep
 *     every lane busy
 * @param decode who decodes its video
 */
public record SourceConfig(
        SourceId id, SourceSpec spec, double maxFps, long deadlineMs, Optional<Integer> credits, Decode decode) {
    /** For cameras: one in work, one waiting. */
    public static final int DEFAULT_CAMERA_CREDITS = 2;
    /** The most credits. */
    public static final int MAX_CREDITS = 64;
    /** The highest frame rate. */
    public static final int MAX_FPS = 1_000;
    /** The longest deadline: an hour. */
    public static final int MAX_DEADLINE_MS = 3_600_000;
}
