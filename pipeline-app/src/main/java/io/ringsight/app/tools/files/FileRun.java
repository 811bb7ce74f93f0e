package io.ringsight.app.tools.files;

import io.ringsight.app.feed.FedPipeline;
import io.ringsight.app.feed.SourceFeed;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Takes videos and pictures through the very pipeline cameras go through, losing nothing, as fast as the lanes go.
 *
 * <p>Used by one thread, which reads; results come on the pipeline's Publish thread. The detectors are the caller's.
 */
public final class FileRun implements AutoCloseable {
    private static final int RING_SIZE = 64;
    private static final int HELD_BY_SINKS = 2;

    private final FedPipeline fed;
    private final Clock clock;
    /** Files read to their end whose pictures may still be in the ring, oldest first. */
    private final Deque<SourceFeed> lingering = new ArrayDeque<>();

    private volatile Source current;
    private volatile boolean stopped;

    public FileRun(DetectorSwitch detectors, List<ResultSink> sinks, Clock clock) {
        this.clock = clock;
        fed = new FedPipeline(RING_SIZE, detectors, sinks, clock);
        fed.interruptWhenBroken();
    }

    /** A way into the pipeline; frames are numbered from 1 through all files read into it. */
    public FrameIntake connect(SourceId id, Look look) {
        return connect(id, Sampling.ALL, WantedClasses.ALL, AnalysisSpec.NONE, look);
    }

    /** As above, for one video of which not every frame is analysed, and of which not all objects matter or are followed. */
    public FrameIntake connect(
            SourceId id, Sampling sampling, WantedClasses classes, AnalysisSpec analysis, Look look) {
        return sampling.before(fed.pipeline()
                .connect(new IntakeSpec(
                        id,
                        true,
                        fed.pipeline().creditsForRecording(),
                        0,
                        sampling.fps(),
                        new IntakeSpec.Sight(look, labels -> classes),
                        analysis,
                        null)));
    }

    /**
     * Reads one video or picture to its end.
     *
     * @return why it ended: {@code ENDED} when all is well, {@code STOPPED} after {@link #stop}
     */
    public Ending read(Path file, FrameIntake intake, Decoding decoding) throws InterruptedException {
        SourceFeed feed =
                SourceFeed.open(SourceSpec.recording(file), Optional.empty(), 0, decoding, fed.pipeline(), clock);
        lingering.add(feed);
        current = feed.source();
        if (stopped) {
            current.stop();
        }
        try {
            return feed.source().run(intake);
        } catch (InterruptedException e) {
            throw fed.interrupted(e);
        } finally {
            // By the time so many came after it, its pictures have left the ring: closing does not wait.
            if (lingering.size() > feed.credits() + HELD_BY_SINKS) {
                lingering.remove().close();
            }
        }
    }

    /** Makes the file being read, and all that follow, end soon; what was read still arrives. Any thread. */
    public void stop() {
        stopped = true;
        Source running = current;
        if (running != null) {
            running.stop();
        }
    }

    /** Whether the file was read to its end. */
    public static boolean isWhole(Ending ending) {
        return ending.reason() == GapReason.ENDED && ending.detail().isEmpty();
    }

    /** As {@link FedPipeline#finish}. */
    public void finish() throws InterruptedException {
        fed.finish();
    }

    @Override
    public void close() {
        fed.close();
        lingering.forEach(SourceFeed::close);
        lingering.clear();
    }
}
