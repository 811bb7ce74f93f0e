package io.ringsight.app.feed;

import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import java.util.Optional;

/**
 * A source opened for a pipeline: it has a picture for each frame that it may have in the ring. Closed when the last of
 * them has left the pipeline.
 *
 * @param source not run yet; owned
 * @param credits the most frames it may have in the ring at a time, for its {@code IntakeSpec}
 */
public record SourceFeed(Source source, int credits) implements AutoCloseable {
    /** Pictures beyond a source's credits: one with the decoder, one being handed over. */
    private static final int SPARE_PICTURES = 2;

    /** As below, of which no video is kept. */
    public static SourceFeed open(
            SourceSpec spec, Optional<Integer> credits, int held, Decoding decoding, Pipeline pipeline, Clock clock) {
        return open(spec, credits, held, decoding, Optional.empty(), pipeline, clock);
    }

    /**
     * Opens what loses frames only if it is a camera: a recording has as many credits as keep every lane busy.
     *
     * @param credits if not as many as usual
     * @param held pictures that others than the pipeline may hold at a time
     * @param video how much of its video is kept for clips, if any
     */
    public static SourceFeed open(
            SourceSpec spec,
            Optional<Integer> credits,
            int held,
            Decoding decoding,
            Optional<RecentVideo.Limits> video,
            Pipeline pipeline,
            Clock clock) {
        int granted = credits.orElse(
                Sources.isLossless(spec) ? pipeline.creditsForRecording() : SourceConfig.DEFAULT_CAMERA_CREDITS);
        return new SourceFeed(Sources.open(spec, clock, granted + SPARE_PICTURES + held, decoding, video), granted);
    }

    @Override
    public void close() {
        source.close();
    }
}
