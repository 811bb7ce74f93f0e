package io.ringsight.app.daemon;

import io.ringsight.app.api.Status;
import io.ringsight.app.config.ClassNames;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.feed.SourceFeed;
import io.ringsight.app.linux.LowPriority;
import io.ringsight.core.analyse.view.ViewGuard;
import io.ringsight.core.analyse.view.ViewWatcher;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.OpenGate;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.supervise.SourceSupervisor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources that run now, each with the configuration it runs by. {@link #apply} makes them those of another
 * configuration and leaves alone what did not change; a source that was changed, or removed and is added again, goes on
 * with its frame numbers.
 *
 * <p><b>Threads.</b> Methods are for any thread, one at a time (they lock). Who asks whether all are over does not wait.
 */
final class SourceSet {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSet.class);
    static final long STOP_MS = 5_000;
    private static final long NS_PER_MS = 1_000_000L;
    /** Pictures that others than the pipeline hold: one with who shows it to people, one with a shadow model. */
    private static final int HELD_PICTURES = 2;
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

        /** The same source by a configuration that names it otherwise. */
        Running by(SourceConfig same) {
            return new Running(same, metrics, supervisor);
        }
    }

    private final ModelPipelines pipelines;
    private final Clock clock;
    private final Status status;
    private final PartLines parts;
    private final Runnable allOver;
    private final ViewWatcher views;
    private final OpenGate gate = new OpenGate(OPENING_SPACING_MS);
    private volatile List<Running> running = List.of();
    /** Those of the configuration that are not to be opened now. */
    private volatile List<SourceConfig> paused = List.of();
    /** Ids in the configuration's order. */
    private volatile List<SourceId> order = List.of();

    /** While some of them are exchanged, those that end do not mean that all is over. */
    private volatile boolean changing;

    private volatile boolean stopped;
    /** Who exchanges sources at the moment, or null: whoever stops all does not wait for it. */
    private volatile Thread exchanging;

    /** @param allOver called once every source has ended for good; any thread, perhaps more than once */
    SourceSet(ModelPipelines pipelines, PartLines parts, Clock clock, Status status, Runnable allOver) {
        this.parts = parts;
        views = new ViewWatcher(clock, work -> LowPriority.start("view-watch", work));
        this.pipelines = pipelines;
        this.clock = clock;
        this.status = status;
        this.allOver = allOver;
    }

    /**
     * Makes the running sources those of {@code wanted} that are not paused, in its order. Waits for those that must stop,
     * the others are not touched. Does nothing once {@link #stop} was called.
     */
    synchronized SourceChanges apply(List<SourceConfig> wanted) throws InterruptedException {
        if (stopped) {
            return SourceChanges.NONE;
        }
        changing = true;
        exchanging = Thread.currentThread();
        try {
            paused = wanted.stream().filter(SourceConfig::paused).toList();
            order = wanted.stream().map(SourceConfig::id).toList();
            status.paused(order, paused.stream().map(SourceConfig::id).toList());
            return exchange(wanted.stream().filter(source -> !source.paused()).toList());
        } finally {
            exchanging = null;
            changing = false;
            checkOver();
        }
    }

    private SourceChanges exchange(List<SourceConfig> wanted) throws InterruptedException {
        Map<String, Running> before = new HashMap<>();
        running.forEach(source -> before.put(source.id(), source));
        Set<String> removed = new LinkedHashSet<>(before.keySet());
        Set<String> changed = new LinkedHashSet<>();
        for (SourceConfig config : wanted) {
            String id = config.id().value();
            removed.remove(id);
            if (before.containsKey(id) && !before.get(id).config().runsAs(config)) {
                changed.add(id);
            }
        }
        Set<String> leaving = new LinkedHashSet<>(removed);
        leaving.addAll(changed);
        Map<String, SourceFeed> opened = openAll(wanted.stream()
                .filter(config -> !before.containsKey(config.id().value())
                        || changed.contains(config.id().value()))
                .toList());
        try {
            List<String> stuck = retire(leaving.stream().map(before::get).toList(), opened, wanted);
            return replace(before, wanted, removed, changed, opened, stuck);
        } catch (RuntimeException e) {
            throw new AssertionError("the sources were exchanged in part, and nobody knows what runs", e);
        }
    }

    private SourceChanges replace(
            Map<String, Running> before,
            List<SourceConfig> wanted,
            Set<String> removed,
            Set<String> changed,
            Map<String, SourceFeed> opened,
            List<String> stuck) {
        List<String> renamed = name(wanted);
        List<String> added = new ArrayList<>();
        List<Running> made = new ArrayList<>();
        List<Running> now = new ArrayList<>();
        for (SourceConfig config : wanted) {
            Running old = before.get(config.id().value());
            boolean stays = old != null && (!changed.contains(old.id()) || stuck.contains(old.id()));
            Running source = old;
            if (!stays) {
                source = connect(config, opened.remove(config.id().value()));
                made.add(source);
            } else if (!stuck.contains(old.id())) {
                source = old.by(config);
            }
            now.add(source);
            if (old == null) {
                added.add(source.id());
            }
        }
        closeAll(opened);
        removed.stream().filter(stuck::contains).map(before::get).forEach(now::add);
        running = List.copyOf(now);
        status.sources(running.stream().map(Running::metrics).toList());
        made.forEach(source -> source.supervisor().start());
        removed.removeAll(stuck);
        removed.forEach(id -> pipelines.of(before.get(id).config()).forget(new SourceId(id)));
        changed.removeAll(stuck);
        renamed.removeAll(added);
        renamed.removeAll(changed);
        return new SourceChanges(added, List.copyOf(removed), List.copyOf(changed), renamed, stuck);
    }

    /** What people call the sources from the next message on; returns the ids of those whose name changed. */
    private List<String> name(List<SourceConfig> wanted) {
        List<String> renamed = new ArrayList<>();
        for (SourceConfig config : wanted) {
            if (status.sourceNames().set(config.id(), config.name())) {
                renamed.add(config.id().value());
                LOG.info(
                        "source {} is {}",
                        config.id(),
                        config.name().map(name -> '"' + name.value() + '"').orElse("without a name now"));
            }
        }
        return renamed;
    }

    /** Makes the new sources before any is stopped: all of them, or none and nothing has changed. */
    private Map<String, SourceFeed> openAll(List<SourceConfig> configs) {
        Map<String, SourceFeed> opened = new HashMap<>();
        boolean all = false;
        try {
            for (SourceConfig config : configs) {
                opened.put(config.id().value(), open(config));
            }
            all = true;
        } finally {
            if (!all) {
                closeAll(opened);
            }
        }
        return opened;
    }

    private static void closeAll(Map<String, SourceFeed> opened) {
        opened.values().forEach(SourceFeed::close);
    }

    /** Stops and closes; returns the ids of those that do not stop. */
    private List<String> retire(List<Running> leaving, Map<String, SourceFeed> instead, List<SourceConfig> wanted)
            throws InterruptedException {
        List<SourceSupervisor> supervisors =
                leaving.stream().map(Running::supervisor).toList();
        List<String> stuck;
        try {
            stuck = new ArrayList<>(SourceSupervisor.stopAll(supervisors, clock, STOP_MS));
            for (Running source : leaving) {
                if (!stuck.contains(source.id()) && !leavesPipeline(source, wanted)) {
                    stuck.add(source.id());
                }
            }
        } catch (InterruptedException e) {
            closeAll(instead);
            throw e;
        }
        supervisors.stream()
                .filter(supervisor -> !stuck.contains(supervisor.sourceId()))
                .forEach(supervisor -> {
                    supervisor.close();
                    parts.close(new SourceId(supervisor.sourceId()));
                });
        return stuck;
    }

    /** A source that goes to another model's pipeline leaves nothing on its way in this one: its order stays. */
    private boolean leavesPipeline(Running source, List<SourceConfig> wanted) throws InterruptedException {
        Pipeline from = pipelines.of(source.config());
        boolean moves = wanted.stream()
                .anyMatch(config -> config.id().equals(source.config().id()) && pipelines.of(config) != from);
        if (moves && !from.drain(STOP_MS)) {
            return false;
        }
        if (moves) {
            from.leave(source.config().id());
        }
        return true;
    }

    private SourceFeed open(SourceConfig wanted) {
        return SourceFeed.open(
                wanted.spec(),
                wanted.flow().credits(),
                HELD_PICTURES + parts.heldPictures(wanted) + (isGuarded(wanted) ? 1 : 0),
                new Decoding(
                        wanted.video().decode(),
                        pipelines.model(wanted).detectors()::cudaDevice,
                        wanted.video().deinterlace(),
                        wanted.video().track()),
                parts.heldVideo(wanted),
                pipelines.of(wanted),
                clock);
    }

    private Running connect(SourceConfig wanted, SourceFeed opened) {
        Source source = opened.source();
        IntakeSpec intakeSpec = new IntakeSpec(
                wanted.id(),
                source.lossless(),
                opened.credits(),
                wanted.flow().deadlineMs() * NS_PER_MS,
                wanted.flow().maxFps(),
                new IntakeSpec.Sight(wanted.video().look(), labels -> new ClassNames(labels).wanted(wanted.classes())),
                wanted.analysis(),
                parts.open(wanted, source.recentVideo()));
        FrameIntake intake = pipelines.of(wanted).connect(intakeSpec);
        parts.begin(wanted.id(), intake.metrics());
        Optional<ViewGuard> view = isGuarded(wanted) ? Optional.of(views.guard(intake.metrics())) : Optional.empty();
        SourceSupervisor supervisor = new SourceSupervisor(source, intake, clock, gate, view);
        supervisor.ended().whenComplete((ending, failure) -> checkOver());
        return new Running(wanted, intake.metrics(), supervisor);
    }

    /** A recording's camera is not moved while it is played. */
    private static boolean isGuarded(SourceConfig wanted) {
        return wanted.dependsOnView() && !Sources.isLossless(wanted.spec());
    }

    private void checkOver() {
        boolean isAnyToCome = running.isEmpty() || !paused.isEmpty();
        if (!changing && !isAnyToCome && running.stream().allMatch(Running::isOver)) {
            allOver.run();
        }
    }

    /** The configurations they run by, those that are paused among them, in the configuration's order. Any thread. */
    List<SourceConfig> configs() {
        List<SourceId> inOrder = order;
        List<SourceConfig> active = running.stream().map(Running::config).toList();
        Stream<SourceConfig> waiting = paused.stream()
                .filter(config -> active.stream().noneMatch(one -> one.id().equals(config.id())));
        return Stream.concat(active.stream(), waiting)
                .sorted(Comparator.comparingInt(config -> inOrder.indexOf(config.id())))
                .toList();
    }

    /** Sources that ended otherwise than they should, one line each. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (Running source : running) {
            if (!source.isOver()) {
                continue;
            }
            Ending ending = source.supervisor().ended().join();
            if (ending.reason() != GapReason.ENDED && ending.reason() != GapReason.STOPPED) {
                failures.add("ringsight: source " + source.id() + ": " + ending);
            }
        }
        return failures;
    }

    /** Stops all, for good, within {@code timeoutMs}. Names in the log what does not stop in time. */
    void stop(long timeoutMs) throws InterruptedException {
        stopped = true;
        interruptExchange();
        stopAll(timeoutMs);
    }

    private void interruptExchange() {
        Thread thread = exchanging;
        if (thread != null) {
            thread.interrupt();
        }
    }

    private synchronized void stopAll(long timeoutMs) throws InterruptedException {
        List<String> stuck = SourceSupervisor.stopAll(
                running.stream().map(Running::supervisor).toList(), clock, timeoutMs);
        if (!stuck.isEmpty()) {
            LOG.warn("sources that did not stop within {} ms: {}", timeoutMs, String.join(", ", stuck));
        }
    }

    /**
     * Frees their memory, all at once and within {@code timeoutMs}, after {@link #stop} and when no frame of theirs is on
     * its way any more. What does not end by then is left.
     */
    synchronized void close(long timeoutMs) throws InterruptedException {
        stopped = true;
        views.close();
        List<Thread> closing = running.stream()
                .map(source -> Threads.start(
                        "close-" + source.id(), () -> source.supervisor().close(timeoutMs)))
                .toList();
        List<String> left = Threads.join(closing, clock, timeoutMs);
        if (!left.isEmpty()) {
            LOG.warn("not closed within {} ms: {}", timeoutMs, String.join(", ", left));
        }
    }
}
