package io.ringsight.app.daemon;

import com.github.f4b6a3.ulid.UlidCreator;
import io.ringsight.app.api.Status;
import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.config.edit.ConfigChanges;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.linux.LowPriority;
import io.ringsight.app.live.LivePictures;
import io.ringsight.app.rest.RecentMessages;
import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.analyse.verdict.PartLine;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.run.Ticker;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessagePublisher;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.MessageWatcher;
import io.ringsight.sinks.PictureKeeper;
import io.ringsight.sinks.verdict.VerdictPublisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: opens everything a configuration names, and closes it in reverse order.
 *
 * <pre>
 * pages ─ model on its device ─ sinks ─ pipeline ─ sources
 * </pre>
 *
 * <p>{@link #start} returns when all of it runs; cameras and brokers may still be away. {@link #await} blocks until
 * {@link #stop()}, until every source is over, or until the device is broken; {@link #close()} then lets what is on its
 * way reach the sinks, within limits.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration SUMMARY = Duration.ofSeconds(10);

    /** Time brokers have before the cameras start without them. */
    private static final Duration BROKERS_ANSWERED = Duration.ofSeconds(2);
    /** The shares of the time to stop that have passed when each part must be over. */
    private static final double CAMERAS_STOPPED = 0.25;

    private static final double FRAMES_DRAINED = 0.5;
    private static final double STAGES_STOPPED = 0.6;
    private static final double SOURCES_CLOSED = 0.7;
    private static final double SINKS_CLOSED = 0.95;

    private final Config config;
    private final Clock clock;
    private final ModelPipelines pipelines;
    private final Status status;
    private final SummaryLog summary;
    private final StopDeadline deadline;
    private final Closers closers;
    private final SinkSet sinks;
    private final DaemonEnd end;
    /** A stage that does not stop may use pictures and lanes still: their memory is left. */
    private boolean stagesStopped = true;

    private final RecentMessages recent = new RecentMessages();
    private final ConfigChanges changes = new ConfigChanges(this::reload);

    private volatile SourceSet sources;
    private Supplier<List<ResultSink>> receivers = List::of;
    /** Who else sees the results: people, if there are pages. */
    private Optional<LivePictures> live = Optional.empty();

    private volatile PartLines parts;
    /** What runs, as it was read last. */
    private volatile Config applied;

    private int port = -1;

    /** Loads a model on a device. */
    public interface BackendOpener {
        /** As {@link Backends#open}. */
        Opened open(ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics);
    }

    private Daemon(Config config, Clock clock, BackendOpener backends) {
        this.config = config;
        applied = config;
        this.clock = clock;
        deadline = new StopDeadline(config.pipeline().stopTimeoutMs(), clock);
        status = new Status(clock);
        end = new DaemonEnd(status, clock);
        closers = new Closers(deadline, end::failed);
        sinks = new SinkSet(clock, deadline, end::outputGone, announcing(PartTrigger.Kind.MODBUS));
        summary = new SummaryLog(status);
        pipelines = new ModelPipelines(backends, clock, status, end::deviceFailed);
    }

    /**
     * Starts everything.
     *
     * @param more receivers of results beside the configured sinks; called by the Publish thread
     * @throws ConfigException if the port cannot be had or the device is not there
     */
    public static Daemon start(Config config, Clock clock, List<ResultSink> more) throws ConfigException {
        return start(config, clock, more, Backends::open);
    }

    public static Daemon start(Config config, Clock clock, List<ResultSink> more, BackendOpener backends)
            throws ConfigException {
        Daemon daemon = new Daemon(config, clock, backends);
        try {
            daemon.open(more);
            return daemon;
        } catch (InterruptedException e) {
            daemon.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting", e);
        } catch (ConfigException | RuntimeException | Error e) {
            daemon.close();
            throw e;
        }
    }

    /** What it does, for pages and summaries. */
    public Status status() {
        return status;
    }

    /** The port of the pages, or -1 if there are none. */
    public int port() {
        return port;
    }

    /** How far frames have come until now. Any thread. */
    public Pulse pulse() {
        return pipelines.pulse();
    }

    /** Ends {@link #await}. Any thread; more than once is allowed. */
    public void stop() {
        end.stop();
    }

    /**
     * Waits until there is nothing more to do.
     *
     * @throws CommandException exit code 1: if the device is broken, the reader of standard output is
     *     gone, or all sources are over and one failed
     */
    public void await() throws InterruptedException {
        end.await(pipelines, () -> sources.failures());
    }

    /**
     * Whether something failed that must not, also while closing.
     *
     * @throws CommandException exit code 1, and what failed first
     */
    public void throwIfFailed() {
        end.throwIfFailed();
    }

    /** Reloads, and changes that people make. */
    public ConfigChanges changes() {
        return changes;
    }

    /** The configuration as it runs: what was reloaded, and of the rest what it was started with. */
    private Config running() {
        SourceSet now = sources;
        return new Config(
                applied.pipeline().withRing(config.pipeline()),
                applied.models(),
                now == null ? config.sources() : now.configs(),
                config.sinks(),
                config.http(),
                applied.shadow(),
                config.evidence());
    }

    /**
     * Adds, removes and changes sources, and replaces models, as the configuration says now; sources that are as they were
     * do not notice. A wrong configuration, and one with a model that does not run, is refused as a whole, and the old one
     * stays. What else changed is named: it takes a restart. Any thread; waits for models and for sources that must stop.
     *
     * @return the mistakes for which it was refused; none if it was applied
     */
    public synchronized List<String> reload(ConfigChanges.Reading reading) throws InterruptedException {
        try {
            Config wanted = LowPriority.call("config-reader", reading::read);
            LoadedModels opened = pipelines.candidates(wanted);
            List<String> later = config.restartFor(wanted);
            if (!later.isEmpty()) {
                LOG.warn("changes to {} take effect when Ringsight is restarted", String.join(", ", later));
            }
            wanted.ringHint(config.ringSize()).ifPresent(LOG::warn);
            String replaced = pipelines.adopt(wanted, opened, receivers);
            applied = wanted;
            SourceChanges done = sources.apply(wanted.sources());
            pipelines.unloadUnused(sources.configs());
            status.reloaded(true);
            LOG.info("configuration reloaded: {}{}", replaced, done);
            return List.of();
        } catch (ConfigException e) {
            status.reloaded(false);
            LOG.error("the changed configuration is refused; keeping the old one:");
            e.mistakes().forEach(LOG::error);
            return e.mistakes();
        }
    }

    @Override
    public void close() {
        status.stopping();
        closers.close();
    }

    private void open(List<ResultSink> more) throws ConfigException, InterruptedException {
        if (config.http().isPresent()) {
            status.publishTimeout(Duration.ofSeconds(config.http().get().publishTimeoutSeconds()));
            openPages(config.http().get());
        }
        LoadedModels models = openModels();
        receivers = openSinks(more);
        openPipelines(models);
        awaitBrokers();
        openSources();
        startSummary();
        status.started();
    }

    /**
     * Brokers that are there are connected and asked before a camera counts its first frame: what this costs at the start
     * would cost the first frames. One that is away, or slow, holds nobody up.
     */
    private void awaitBrokers() throws InterruptedException {
        Thread check = BrokerRemarks.warnInBackground(config, clock);
        closers.add("broker check", check::interrupt);
        long beganNs = clock.nanoTime();
        if (sinks.awaitConnected(BROKERS_ANSWERED)) {
            long leftMs = BROKERS_ANSWERED.toMillis() - TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
            check.join(Math.max(1, leftMs));
        }
    }

    private void openPages(HttpConfig http) throws ConfigException {
        DaemonPages opened =
                DaemonPages.open(http, status, recent, this::running, changes, announcing(PartTrigger.Kind.HTTP));
        closers.add("pages", opened::close);
        port = opened.port();
        live = Optional.of(opened.live());
    }

    private Announcing announcing(PartTrigger.Kind by) {
        return (source, announcement) -> {
            PartLines now = parts;
            return now == null ? Optional.of(PartLine.Announced.STOPPED) : now.announce(by, source, announcement);
        };
    }

    private LoadedModels openModels() throws ConfigException {
        LoadedModels models;
        try {
            models = pipelines.candidates(config);
        } catch (ConfigException e) {
            if (config.modelsInUse().values().stream()
                    .anyMatch(model -> model.backend().isGpu())) {
                throw CommandException.failed(e.mistakes());
            }
            throw e;
        }
        closers.add("models", () -> {
            if (stagesStopped) {
                models.close();
                pipelines.close();
            }
        });
        return models;
    }

    /** Returns how each pipeline's results reach the sinks. */
    private Supplier<List<ResultSink>> openSinks(List<ResultSink> more) throws ConfigException {
        closers.add("total", () -> LOG.info("{}", summary.total()));
        closers.add("sinks", this::closeSinks);
        for (SinkConfig wanted : config.sinks()) {
            status.add(sinks.open(wanted).metrics());
        }
        String epoch = UlidCreator.getMonotonicUlid().toString();
        LOG.info(
                "epoch {}, to {}",
                epoch,
                String.join(", ", sinks.all().stream().map(MessageSink::name).toList()));
        PictureKeeper pictures = sinks.keepPictures(config.evidence(), epoch, status);
        MessageWatcher watcher = live.map(recent::and).orElse(MessageWatcher.NONE);
        MessageJson verdicts = new MessageJson(epoch, status.sourceNames(), clock);
        MessageWatcher ofVerdicts = config.http().isPresent() ? recent.and(status.reviews()) : MessageWatcher.NONE;
        parts = new PartLines(
                new VerdictPublisher(verdicts, sinks.all(), ofVerdicts, pictures),
                sinks.evidence(),
                status.reviews(),
                clock);
        closers.add("parts", parts::stop);
        List<OneAtATime> shared = more.stream().map(OneAtATime::new).toList();
        return () -> {
            List<ResultSink> all = new ArrayList<>(shared);
            MessageJson json = new MessageJson(epoch, status.sourceNames(), clock);
            all.add(0, new MessagePublisher(json, sinks.all(), watcher, pictures));
            live.ifPresent(all::add);
            return all;
        };
    }

    private void closeSinks() throws InterruptedException {
        boolean isDelivered = sinks.close(SINKS_CLOSED);
        if (parts != null) {
            parts.close(isDelivered);
        }
    }

    private void openPipelines(LoadedModels models) throws InterruptedException {
        status.misread(pipelines::misread);
        closers.add("sources", this::closeSources);
        closers.add("evidence", sinks::closeEvidence);
        closers.add("pipeline", this::stopPipeline);
        pipelines.adopt(config, models, receivers);
    }

    private void openSources() throws InterruptedException {
        sources = new SourceSet(pipelines, parts, clock, status, end::sourcesOver);
        closers.add("frames in flight", this::drain);
        closers.add("cameras", () -> sources.stop(deadline.leftMs(CAMERAS_STOPPED)));
        config.ringHint(config.ringSize()).ifPresent(LOG::warn);
        sources.apply(config.sources());
    }

    private void stopPipeline() throws InterruptedException {
        List<String> running = pipelines.stop(end.patienceMs(deadline.leftMs(STAGES_STOPPED)));
        stagesStopped = running.isEmpty();
        if (!stagesStopped) {
            LOG.warn("threads that did not stop: {}; their memory is left allocated", String.join(", ", running));
        }
    }

    private void drain() throws InterruptedException {
        long leftMs = end.patienceMs(deadline.leftMs(FRAMES_DRAINED));
        if (!pipelines.drain(leftMs)) {
            LOG.warn("frames were still in flight after {} ms", leftMs);
        }
    }

    private void closeSources() throws InterruptedException {
        if (sources != null && stagesStopped) {
            sources.close(deadline.leftMs(SOURCES_CLOSED));
        }
    }

    /**
     * A thread of the process ended by something nobody caught: what it did is not done any more, so the process must not
     * look well. Makes {@link #await} fail. Any thread.
     */
    public void failed(Thread thread, Throwable cause) {
        end.failed(thread, cause);
    }

    private void startSummary() {
        closers.add("summary", Ticker.start("summary", SUMMARY, () -> LOG.info("{}", summary.next()))::close);
    }
}
