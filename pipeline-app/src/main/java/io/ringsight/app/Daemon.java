package io.ringsight.app;

import com.github.f4b6a3.ulid.UlidCreator;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigException;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.http.HealthPages;
import io.ringsight.app.http.HttpPages;
import io.ringsight.app.http.MetricsPage;
import io.ringsight.app.http.Page;
import io.ringsight.core.detect.Decoders;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.Backends;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.JsonLinesSink;
import io.ringsight.sinks.JsonLinesSpec;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessagePublisher;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.ModelIdentity;
import io.ringsight.sinks.kafka.KafkaSink;
import io.ringsight.sinks.kafka.spool.SpoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
    private static final long SUMMARY_SECONDS = 10;
    private static final long DRAIN_MS = 10_000;
    private static final Duration SINK_DEADLINE = Duration.ofSeconds(10);
    private static final String STANDARD_OUTPUT = "jsonl:" + JsonLinesSpec.STANDARD_OUTPUT;

    private final Config config;
    private final Clock clock;
    private final BackendOpener backends;
    private final Status status;
    private final SummaryLog summary;
    private final Closers closers = new Closers();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private volatile boolean stopped;
    private volatile boolean outputGone;
    private SourceSet sources;
    private int port = -1;

    /** Loads a model on a device. */
    interface BackendOpener {
        /** As {@link Backends#open}. */
        InferenceBackend open(ModelSpec model, BackendSpec spec);
    }

    private Daemon(Config config, Clock clock, BackendOpener backends) {
        this.backends = backends;
        this.config = config;
        this.clock = clock;
        status = new Status(clock);
        summary = new SummaryLog(status);
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

    static Daemon start(Config config, Clock clock, List<ResultSink> more, BackendOpener backends)
            throws ConfigException {
        Daemon daemon = new Daemon(config, clock, backends);
        try {
            daemon.open(more);
            return daemon;
        } catch (InterruptedException e) {
            daemon.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting", e);
        } catch (ConfigException | RuntimeException e) {
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

    /** Ends {@link #await}. Any thread; more than once is allowed. */
    public void stop() {
        stopped = true;
        over.countDown();
    }

    /**
     * Waits until there is nothing more to do.
     *
     * @throws CommandException exit code 1: if the device is broken, the reader of standard output is
     *     gone, or all sources are over and one failed
     */
    public void await() throws InterruptedException {
        over.await();
        Throwable cause = broken.get();
        if (cause != null) {
            throw CommandException.failed("ringsight: inference failed for good: " + cause.getMessage());
        }
        if (outputGone) {
            throw CommandException.failed("ringsight: standard output was closed");
        }
        List<String> failures = stopped ? List.of() : sources.failures();
        if (!failures.isEmpty()) {
            throw CommandException.failed(failures);
        }
    }

    /** Reads the configuration once more. */
    public interface Rereading {
        /** Reads all of it or tells all its mistakes. */
        Config read() throws ConfigException;
    }

    /**
     * Adds, removes and changes sources as the configuration says now; the others do not notice. A wrong configuration is
     * refused as a whole, and the one before goes on. What else changed is named: it takes a restart. Any thread; waits
     * for sources that must stop.
     */
    public synchronized void reload(Rereading reading) throws InterruptedException {
        try {
            Config wanted = reading.read();
            List<String> later = config.sectionsOtherThanSources(wanted);
            if (!later.isEmpty()) {
                LOG.warn("changes to {} take effect when Ringsight is started anew", String.join(", ", later));
            }
            wanted.ringHint(config.ringSize()).ifPresent(LOG::warn);
            SourceSet.Changes changes = sources.apply(wanted.sources());
            status.reloaded(true);
            LOG.info("configuration read anew: {}", changes);
        } catch (ConfigException e) {
            status.reloaded(false);
            LOG.error("the changed configuration is refused, the one before goes on:");
            e.mistakes().forEach(LOG::error);
        }
    }

    @Override
    public void close() {
        status.stopping();
        closers.close();
    }

    private void open(List<ResultSink> more) throws ConfigException, InterruptedException {
        if (config.http().isPresent()) {
            openPages(config.http().get());
        }
        InferenceBackend backend = openBackend(config.pipeline());
        List<ResultSink> sinks = new ArrayList<>();
        sinks.add(openSinks(backend));
        sinks.addAll(more);
        Pipeline pipeline = openPipeline(backend, sinks);
        openSources(pipeline, backend);
        startSummary();
    }

    private void openPages(HttpConfig http) throws ConfigException {
        Map<String, Page> pages = new LinkedHashMap<>();
        pages.put("/live", HealthPages.live());
        pages.put("/ready", HealthPages.ready(status));
        pages.put("/metrics", new MetricsPage(status));
        HttpPages opened = HttpPages.open(http, pages);
        closers.add("pages", opened::close);
        port = opened.port();
    }

    private InferenceBackend openBackend(PipelineConfig wanted) throws ConfigException {
        ModelSpec model = wanted.model();
        InferenceBackend backend;
        try {
            backend = backends.open(model, wanted.backend());
        } catch (InferenceException e) {
            ConfigException mistake =
                    wanted.devicePlace().mistake("expected a device that runs the model, but " + e.getMessage());
            if (wanted.backend().isGpu()) {
                throw CommandException.failed(mistake.mistakes());
            }
            throw mistake;
        }
        closers.add("model", backend::close);
        status.loaded(new Status.Model(model, backend));
        LOG.info(
                "model {} {} ({}) on {}, {} lanes of batch {}",
                model.name(),
                model.version(),
                model.precision(),
                backend.name(),
                backend.lanes().size(),
                backend.maxBatch());
        return backend;
    }

    private ResultSink openSinks(InferenceBackend backend) throws ConfigException {
        List<MessageSink> sinks = new ArrayList<>();
        closers.add("total", () -> LOG.info("{}", summary.total()));
        closers.add("sinks", () -> closeSinks(sinks));
        for (SinkConfig wanted : config.sinks()) {
            MessageSink sink = openSink(wanted);
            status.add(sink.metrics());
            sinks.add(sink);
        }
        String epoch = UlidCreator.getMonotonicUlid().toString();
        LOG.info(
                "epoch {}, to {}",
                epoch,
                String.join(", ", sinks.stream().map(MessageSink::name).toList()));
        ModelIdentity identity = ModelIdentity.of(config.pipeline().model(), backend.name());
        return new MessagePublisher(new MessageJson(epoch, identity, clock), sinks);
    }

    private MessageSink openSink(SinkConfig wanted) throws ConfigException {
        if (wanted instanceof SinkConfig.Jsonl jsonl) {
            return JsonLinesSink.open(jsonl.spec(), clock);
        }
        try {
            return KafkaSink.open(((SinkConfig.Kafka) wanted).spec(), clock);
        } catch (SpoolException e) {
            throw new ConfigException(List.of("ringsight: sink " + wanted.name()
                    + ": spool.dir: expected a directory of its own that can be written, but " + e.getMessage()
                    + "; stop the other one, set another spool.dir, or spool: {enabled: false}"));
        }
    }

    /** All at once: each may need its whole deadline. */
    private void closeSinks(List<MessageSink> sinks) throws InterruptedException {
        List<Thread> closing = new ArrayList<>();
        for (MessageSink sink : sinks) {
            Thread thread = new Thread(() -> closeSink(sink), "close-" + sink.name());
            thread.start();
            closing.add(thread);
        }
        for (Thread thread : closing) {
            thread.join();
        }
    }

    private void closeSink(MessageSink sink) {
        Duration deadline = outputGone && sink.name().equals(STANDARD_OUTPUT) ? Duration.ZERO : SINK_DEADLINE;
        if (!sink.close(deadline)) {
            LOG.warn("{}: not everything was acknowledged within {} s", sink.name(), deadline.toSeconds());
        }
    }

    private Pipeline openPipeline(InferenceBackend backend, List<ResultSink> sinks) {
        PipelineConfig wanted = config.pipeline();
        Pipeline.Settings settings = new Pipeline.Settings(config.ringSize(), wanted.threshold());
        Pipeline pipeline = new Pipeline(settings, backend, Decoders.of(wanted.model()), sinks, clock);
        closers.add("pipeline", () -> stop(pipeline));
        pipeline.broken().thenAccept(cause -> {
            broken.compareAndSet(null, cause);
            over.countDown();
        });
        return pipeline;
    }

    private void openSources(Pipeline pipeline, InferenceBackend backend) throws InterruptedException {
        sources = new SourceSet(pipeline, clock, status, over::countDown, backend::cudaDevice);
        closers.add("sources", sources::close);
        closers.add("frames on their way", () -> drain(pipeline));
        closers.add("cameras", sources::stop);
        config.ringHint(config.ringSize()).ifPresent(LOG::warn);
        sources.apply(config.sources());
    }

    private static void stop(Pipeline pipeline) throws InterruptedException {
        List<String> running = pipeline.stop();
        if (!running.isEmpty()) {
            LOG.warn("threads that did not stop: {}", String.join(", ", running));
        }
    }

    private void drain(Pipeline pipeline) throws InterruptedException {
        if (broken.get() == null && !pipeline.drain(DRAIN_MS)) {
            LOG.warn("frames were still on their way after {} ms", DRAIN_MS);
        }
    }

    /** Whoever read our standard output has gone: as with any program in a pipe, that is the end. */
    private void endWithStandardOutput() {
        for (SinkMetrics sink : status.sinks()) {
            if (sink.sinkName().equals(STANDARD_OUTPUT) && sink.state() == SinkState.NOT_WRITABLE) {
                outputGone = true;
                over.countDown();
            }
        }
    }

    private void startSummary() {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "summary");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleAtFixedRate(this::endWithStandardOutput, 1, 1, TimeUnit.SECONDS);
        timer.scheduleAtFixedRate(this::tell, SUMMARY_SECONDS, SUMMARY_SECONDS, TimeUnit.SECONDS);
        closers.add("summary", timer::shutdownNow);
    }

    private void tell() {
        try {
            LOG.info("{}", summary.next());
        } catch (RuntimeException e) {
            LOG.warn("no summary", e);
        }
    }
}
