package io.ringsight.app;

import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Decoding;
import io.ringsight.sources.Ending;
import io.ringsight.sources.OpenGate;
import io.ringsight.sources.Source;
import io.ringsight.sources.SourceSpec;
import io.ringsight.sources.SourceSupervisor;
import io.ringsight.sources.Sources;
import io.ringsight.sources.synthetic.SyntheticSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources that run now, each with the configuration it runs by. {@link #apply} makes them those of another
 * configuration and leaves alone what did not change; a source that was changed, or removed and is added again, goes on
 * with its frame numbers.
 *
 * <p><b>Threads.</b> Methods are for any thread, one at a time (they lock). Who asks whether all are over does not wait.
 */
final class SourceSet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSet.class);
    private static final long STOP_MS = 5_000;
    private static final long NS_PER_MS = 1_000_000L;
    /** Pictures beyond a source's credits: one with the decoder, one being handed over. */
    private static final int SPARE_PICTURES = 2;
    /** Sixty-four cameras are open three seconds after the start. */
    private static final long OPENING_SPACING_MS = 50;

    /** One source at work. */
    private record Running(SourceConfig config, SourceMetrics metrics, SourceSupervisor supervisor) {
        String id() {
            return supervisor.sourceId();
        }

        boolean isOver() {
            return supervisor.ended().isDone();
        }
    }

    /**
     * What a new configuration changed, by source ids.
     *
     * @param added not there before
     * @param removed not wanted any more
     * @param changed run otherwise now
     * @param stuck did not stop in time and are left as they are: trying again later may help
     */
    record Changes(List<String> added, List<String> removed, List<String> changed, List<String> stuck) {
        @Override
        public String toString() {
            List<String> parts = new ArrayList<>();
            part(parts, "added", added);
            part(parts, "removed", removed);
            part(parts, "changed", changed);
            part(parts, "did not stop within " + STOP_MS + " ms and is left as it was", stuck);
            return parts.isEmpty() ? "no source changed" : String.join("; ", parts);
        }

        private static void part(List<String> parts, String what, List<String> ids) {
            if (!ids.isEmpty()) {
                parts.add(what + ": " + String.join(", ", ids));
            }
        }
    }

    private final Pipeline pipeline;
    private final Clock clock;
    private final Status status;
    private final Runnable allOver;
    private final Supplier<OptionalInt> cudaDevice;
    private final OpenGate gate = new OpenGate(OPENING_SPACING_MS);
    private volatile List<Running> running = List.of();
    /** While some of them are exchanged, those that end do not mean that all is over. */
    private volatile boolean changing;

    private boolean stopped;

    /**
     * @param allOver called once every source has ended for good; any thread, perhaps more than once
     * @param cudaDevice the GPU in whose memory pictures may lie now; asked for each picture
     */
    SourceSet(Pipeline pipeline, Clock clock, Status status, Runnable allOver, Supplier<OptionalInt> cudaDevice) {
        this.pipeline = pipeline;
        this.clock = clock;
        this.status = status;
        this.allOver = allOver;
        this.cudaDevice = cudaDevice;
    }

    /**
     * Makes the running sources those of {@code wanted}, in its order. Waits for those that must stop, the others are
     * not touched. Does nothing once {@link #stop} was called.
     */
    synchronized Changes apply(List<SourceConfig> wanted) throws InterruptedException {
        if (stopped) {
            return new Changes(List.of(), List.of(), List.of(), List.of());
        }
        changing = true;
        try {
            return exchange(wanted);
        } finally {
            changing = false;
            checkOver();
        }
    }

    private Changes exchange(List<SourceConfig> wanted) throws InterruptedException {
        Map<String, Running> before = new HashMap<>();
        running.forEach(source -> before.put(source.id(), source));
        Set<String> removed = new LinkedHashSet<>(before.keySet());
        Set<String> changed = new LinkedHashSet<>();
        for (SourceConfig config : wanted) {
            String id = config.id().value();
            removed.remove(id);
            if (before.containsKey(id) && !before.get(id).config().equals(config)) {
                changed.add(id);
            }
        }
        Set<String> leaving = new LinkedHashSet<>(removed);
        leaving.addAll(changed);
        List<String> stuck = retire(leaving.stream().map(before::get).toList());
        List<String> added = new ArrayList<>();
        List<Running> made = new ArrayList<>();
        List<Running> now = new ArrayList<>();
        for (SourceConfig config : wanted) {
            Running old = before.get(config.id().value());
            boolean stays = old != null && (!changed.contains(old.id()) || stuck.contains(old.id()));
            Running source = stays ? old : open(config);
            now.add(source);
            if (!stays) {
                made.add(source);
            }
            if (old == null) {
                added.add(source.id());
            }
        }
        removed.stream().filter(stuck::contains).map(before::get).forEach(now::add);
        running = List.copyOf(now);
        status.sources(running.stream().map(Running::metrics).toList());
        made.forEach(source -> source.supervisor().start());
        removed.removeAll(stuck);
        removed.forEach(id -> pipeline.forget(new SourceId(id)));
        changed.removeAll(stuck);
        return new Changes(added, List.copyOf(removed), List.copyOf(changed), stuck);
    }

    /** Stops and closes; returns the ids of those that do not stop. */
    private List<String> retire(List<Running> leaving) throws InterruptedException {
        List<SourceSupervisor> supervisors =
                leaving.stream().map(Running::supervisor).toList();
        List<String> stuck = SourceSupervisor.stopAll(supervisors, clock, STOP_MS);
        supervisors.stream()
                .filter(supervisor -> !stuck.contains(supervisor.sourceId()))
                .forEach(SourceSupervisor::close);
        return stuck;
    }

    private Running open(SourceConfig wanted) {
        int credits = wanted.credits()
                .orElse(
                        isLossless(wanted.spec())
                                ? pipeline.creditsForRecording()
                                : SourceConfig.DEFAULT_CAMERA_CREDITS);
        Source source =
                Sources.open(wanted.spec(), clock, credits + SPARE_PICTURES, new Decoding(wanted.decode(), cudaDevice));
        IntakeSpec intakeSpec = new IntakeSpec(
                wanted.id(), source.lossless(), credits, wanted.deadlineMs() * NS_PER_MS, wanted.maxFps());
        FrameIntake intake = pipeline.connect(intakeSpec);
        SourceSupervisor supervisor = new SourceSupervisor(source, intake, clock, gate);
        supervisor.ended().whenComplete((ending, failure) -> checkOver());
        return new Running(wanted, intake.metrics(), supervisor);
    }

    private static boolean isLossless(SourceSpec spec) {
        return spec instanceof SourceSpec.Recording
                || spec instanceof SourceSpec.Synthetic synthetic
                        && !SyntheticSettings.of(synthetic).paced();
    }

    private void checkOver() {
        if (!changing && running.stream().allMatch(Running::isOver)) {
            allOver.run();
        }
    }

    /** Sources that ended otherwise than they should, one line each. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (Running source : running) {
            if (!source.isOver() || source.supervisor().ended().isCompletedExceptionally()) {
                continue;
            }
            Ending ending = source.supervisor().ended().join();
            if (ending.reason() != GapReason.ENDED && ending.reason() != GapReason.STOPPED) {
                failures.add("ringsight: source " + source.id() + ": " + ending);
            }
        }
        return failures;
    }

    /** Stops all, for good. Names in the log what does not stop in time. */
    synchronized void stop() throws InterruptedException {
        stopped = true;
        List<String> stuck = SourceSupervisor.stopAll(
                running.stream().map(Running::supervisor).toList(), clock, STOP_MS);
        if (!stuck.isEmpty()) {
            LOG.warn("sources that did not stop within {} ms: {}", STOP_MS, String.join(", ", stuck));
        }
    }

    /** Frees their memory, after {@link #stop} and when no frame of theirs is on its way any more. */
    @Override
    public synchronized void close() {
        stopped = true;
        running.forEach(source -> source.supervisor().close());
    }
}
