package io.ringsight.app.tools.files;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes videos and pictures through the very pipeline cameras go through, losing nothing, as fast as the lanes go.
 *
 * <p>Used by one thread, which reads; results come on the pipeline's Publish thread. The detectors are the caller's.
 */
public final class FileRun implements AutoCloseable {
    private static final int RING_SIZE = 64;
    private static final int SPARE_PICTURES = 2;
    private static final long DRAIN_SLICE_MS = 200;

    private final Pipeline pipeline;
    private final Clock clock;
    private final CompletableFuture<Throwable> broken;
    /** Sources read to their end whose pictures may still be in the ring, oldest first. */
    private final Deque<Source> lingering = new ArrayDeque<>();

    private volatile Source current;
    private volatile boolean stopped;

    public FileRun(DetectorSwitch detectors, List<ResultSink> sinks, Clock clock) {
        this.clock = clock;
        pipeline = new Pipeline(RING_SIZE, detectors, sinks, clock);
        Thread reader = Thread.currentThread();
        broken = pipeline.broken().toCompletableFuture();
        // A broken device computes nothing any more: the reader must not wait for room in the ring.
        broken.thenRun(reader::interrupt);
    }

    /** A way into the pipeline; frames are numbered from 1 through all files read into it. */
    public FrameIntake connect(SourceId id, Look look) {
        return connect(id, Sampling.ALL, WantedClasses.ALL, AnalysisSpec.NONE, look);
    }

    /** As above, for one video of which not every frame is analysed, and of which not all objects matter or are followed. */
    public FrameIntake connect(
            SourceId id, Sampling sampling, WantedClasses classes, AnalysisSpec analysis, Look look) {
        return sampling.before(pipeline.connect(new IntakeSpec(
                id,
                true,
                pipeline.creditsForRecording(),
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
        Source source = Sources.open(
                SourceSpec.recording(file), clock, pipeline.creditsForRecording() + SPARE_PICTURES, decoding);
        lingering.add(source);
        current = source;
        if (stopped) {
            source.stop();
        }
        try {
            return source.run(intake);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            // By the time so many came after it, its pictures have left the ring: closing does not wait.
            if (lingering.size() > pipeline.creditsForRecording() + SPARE_PICTURES) {
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

    /** Waits until all that was read has been handed to the sinks. */
    public void finish() throws InterruptedException {
        try {
            while (!pipeline.drain(DRAIN_SLICE_MS)) {
                if (broken.isDone()) {
                    throw deviceBroken();
                }
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private InterruptedException interrupted(InterruptedException e) {
        if (broken.isDone()) {
            throw deviceBroken();
        }
        return e;
    }

    private CommandException deviceBroken() {
        return CommandException.failed(
                "ringsight: inference failed and cannot go on: " + broken.join().getMessage());
    }

    @Override
    public void close() {
        // Before anything else: an interrupt meant for the reader must not hit the closing.
        Thread.interrupted();
        pipeline.close();
        lingering.forEach(Source::close);
        lingering.clear();
    }
}
