package io.ringsight.app.daemon;

import io.ringsight.app.api.Status;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.PipelineConfig.Then;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.Daemon.BackendOpener;
import io.ringsight.app.linux.LowPriority;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.pipeline.SourceAccounts;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models in use, each with a pipeline of its own, so that the sources of a fast one do not wait for a slow one. Their
 * sources share one account: a source may go from one to another.
 *
 * <p><b>Threads.</b> Changed by one thread at a time; asked by any.
 */
final class ModelPipelines {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private static final long UNLOAD_MS = 5_000;

    /** @param seconds what looks at its objects, by the names of {@link Config#secondsInUse()} */
    private record Running(ModelAtWork model, Map<String, ModelAtWork> seconds, Pipeline pipeline) {
        /** When no lane is in use. */
        void close() {
            model.close();
            seconds.values().forEach(ModelAtWork::close);
        }
    }

    private final BackendOpener backends;
    private final Clock clock;
    private final Status status;
    private final Consumer<Throwable> onBroken;
    private final Counters<BackendCounter> metrics = new Counters<>(BackendCounter.class);
    private final SourceAccounts accounts;
    private volatile Map<String, Running> running = Map.of();
    private Optional<ShadowAtWork> shadow = Optional.empty();

    /** @param onBroken told the cause when a pipeline can do no more work; any thread */
    ModelPipelines(BackendOpener backends, Clock clock, Status status, Consumer<Throwable> onBroken) {
        this.backends = backends;
        this.clock = clock;
        this.status = status;
        this.onBroken = onBroken;
        accounts = new SourceAccounts(clock);
    }

    /**
     * The models that {@code wanted} uses and that are not at work as it says, loaded and warm. A second
     * model that is new behind a model at work takes a restart.
     *
     * @throws ConfigException if one does not run; none is left open
     */
    LoadedModels candidates(Config wanted) throws ConfigException {
        LoadedModels opened = new LoadedModels();
        boolean all = false;
        try {
            for (Map.Entry<String, PipelineConfig> model : wanted.modelsInUse().entrySet()) {
                Running at = running.get(model.getKey());
                if (at == null || !at.model().computesAs(model.getValue())) {
                    opened.add(model.getKey(), open(model.getValue()));
                }
            }
            for (Map.Entry<String, PipelineConfig> second :
                    wanted.secondsInUse().entrySet()) {
                Running first = running.get(nameOfFirst(second.getKey()));
                ModelAtWork at = first == null ? null : first.seconds().get(second.getKey());
                if (first == null || at != null && !at.computesAs(second.getValue())) {
                    opened.add(second.getKey(), open(second.getValue()));
                }
            }
            if (wanted.shadow().isPresent() && !shadowRunsAs(wanted)) {
                opened.shadow(open(wanted.shadowModel().orElseThrow()));
            }
            all = true;
            return opened;
        } finally {
            if (!all) {
                opened.close();
            }
        }
    }

    private static String nameOfFirst(String second) {
        return second.substring(0, second.indexOf('/'));
    }

    private boolean shadowRunsAs(Config wanted) {
        return shadow.filter(now -> now.runsAs(wanted)).isPresent();
    }

    /** Beside cameras that run it takes what they leave of the CPU. A GPU's own threads must not be slow for ever. */
    private Opened open(PipelineConfig wanted) throws ConfigException {
        return running.isEmpty() || wanted.backend().isGpu()
                ? ModelAtWork.open(backends, wanted, metrics)
                : LowPriority.call("model-loader", () -> ModelAtWork.open(backends, wanted.loadedGently(), metrics));
    }

    /**
     * Puts candidates to work: in the place of the model of that name, or in a new pipeline with sinks from {@code sinks}.
     * Returns what changed, for the log.
     */
    String adopt(Config wanted, LoadedModels candidates, Supplier<List<ResultSink>> sinks) throws InterruptedException {
        StringBuilder changes = new StringBuilder();
        if (!shadowRunsAs(wanted)) {
            // Before the model is replaced that it is compared with.
            shadow.ifPresent(ShadowAtWork::stop);
            shadow = Optional.empty();
        }
        Map<String, PipelineConfig> models = wanted.modelsInUse();
        models.putAll(wanted.secondsInUse());
        Map<String, ModelAtWork> fresh = new LinkedHashMap<>();
        for (Map.Entry<String, Opened> candidate : candidates.takeModels().entrySet()) {
            String name = candidate.getKey();
            Optional<ModelAtWork> at = atWork(name);
            if (at.isPresent()) {
                changes.append(at.get().replace(models.get(name), candidate.getValue(), clock))
                        .append("; ");
            } else {
                fresh.put(name, new ModelAtWork(name, models.get(name), candidate.getValue(), metrics));
            }
        }
        for (String name : fresh.keySet()) {
            if (wanted.modelsInUse().containsKey(name)) {
                start(name, models.get(name), fresh, wanted.ringSize(), sinks.get());
            }
        }
        candidates.takeShadow().ifPresent(opened -> startShadow(wanted, opened));
        status.shadow(shadow.map(ShadowAtWork::shadow));
        return changes.toString();
    }

    private void startShadow(Config wanted, Opened opened) {
        Running beside = running.get(wanted.shadow().orElseThrow().of());
        ModelSpec reference = beside.model().detectors().current().model();
        shadow = Optional.of(new ShadowAtWork(wanted, opened, reference, beside.pipeline(), metrics, clock));
    }

    private Optional<ModelAtWork> atWork(String name) {
        boolean isSecond = name.indexOf('/') >= 0;
        Running first = running.get(isSecond ? nameOfFirst(name) : name);
        return Optional.ofNullable(first)
                .map(found -> isSecond ? found.seconds().get(name) : found.model());
    }

    private void start(
            String name, PipelineConfig config, Map<String, ModelAtWork> fresh, int ringSize, List<ResultSink> sinks) {
        Map<String, ModelAtWork> seconds = new LinkedHashMap<>();
        List<SecondModel> looking = new ArrayList<>();
        for (Then then : config.then()) {
            String second = name + '/' + then.attribute();
            seconds.put(second, fresh.get(second));
            looking.add(new SecondModel(
                    then.attribute(),
                    then::wanted,
                    then.maxObjects(),
                    fresh.get(second).detectors()));
        }
        ModelAtWork model = fresh.get(name);
        Pipeline pipeline = new Pipeline(ringSize, model.detectors(), looking, sinks, clock, accounts);
        Map<String, Running> now = new LinkedHashMap<>(running);
        now.put(name, new Running(model, seconds, pipeline));
        running = now;
        status.loaded(name, model.detectors());
        seconds.forEach((second, at) -> status.loaded(second, at.detectors()));
        pipeline.broken().thenAccept(onBroken);
    }

    /**
     * Gives the models back that none of {@code sources} uses: their threads, rings, lanes and memory. Whose frames do not
     * come through in time stays; the next reload tries again.
     */
    void unloadUnused(List<SourceConfig> sources) throws InterruptedException {
        Set<String> unused = new TreeSet<>(running.keySet());
        sources.forEach(source -> unused.remove(nameOf(source)));
        for (String name : unused) {
            if (running.get(name).pipeline().drain(UNLOAD_MS)) {
                unload(name);
            } else {
                LOG.warn("no source uses model {} now, but its frames are not through after {} ms", name, UNLOAD_MS);
            }
        }
    }

    private void unload(String name) throws InterruptedException {
        Map<String, Running> now = new LinkedHashMap<>(running);
        Running gone = now.remove(name);
        running = now;
        status.unloaded(name);
        gone.seconds().keySet().forEach(status::unloaded);
        List<String> threads = gone.pipeline().stop(UNLOAD_MS);
        if (threads.isEmpty()) {
            gone.close();
            LOG.info("model {} is unloaded: no source uses it now", name);
        } else {
            LOG.warn(
                    "no source uses model {} now, but its threads did not stop: {}; its memory is left allocated",
                    name,
                    String.join(", ", threads));
        }
    }

    private static String nameOf(SourceConfig source) {
        return source.model().orElse(Config.DEFAULT_MODEL);
    }

    private Running at(SourceConfig source) {
        return running.get(nameOf(source));
    }

    /** The pipeline of a source's model. */
    Pipeline of(SourceConfig source) {
        return at(source).pipeline();
    }

    /** What computes a source's frames. */
    ModelAtWork model(SourceConfig source) {
        return at(source).model();
    }

    /** How far frames have come in each. */
    Pulse pulse() {
        return new Pulse(running.values().stream()
                .map(each -> each.pipeline().position())
                .map(position -> new Pulse.Beat(position.left(), position.entered()))
                .toList());
    }

    /** As {@link Pipeline#drain}, of all within one limit. */
    boolean drain(long timeoutMs) throws InterruptedException {
        long beganNs = clock.nanoTime();
        boolean all = true;
        for (Running each : running.values()) {
            all &= each.pipeline().drain(leftMs(beganNs, timeoutMs));
        }
        return all;
    }

    /** As {@link Pipeline#stop}, of all within one limit, the shadow's thread included. */
    List<String> stop(long timeoutMs) throws InterruptedException {
        long beganNs = clock.nanoTime();
        List<Thread> threads = shadow.map(ShadowAtWork::stop).stream().toList();
        List<String> left = new ArrayList<>(Threads.join(threads, clock, timeoutMs));
        for (Running each : running.values()) {
            left.addAll(each.pipeline().stop(leftMs(beganNs, timeoutMs)));
        }
        return left;
    }

    private long leftMs(long beganNs, long timeoutMs) {
        return Math.max(1, timeoutMs - TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs));
    }

    /** Closes every model; the pipelines have stopped. */
    void close() {
        running.values().forEach(Running::close);
    }

    /** Why a model's output cannot be believed, once that is known of one. */
    Optional<String> misread() {
        return running.values().stream()
                .flatMap(each -> each.pipeline().misread().stream())
                .findFirst();
    }
}
