package io.ringsight.app.command;

import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.PipelineConfig.Then;
import io.ringsight.app.config.ShadowConfig;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.daemon.BrokerRemarks;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.world.Homography;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import io.ringsight.sinks.evidence.EvidenceSpec;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringsight check}: what {@code run} would do, without opening cameras; asks brokers only when told to. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Checks a configuration, its model and the conversion of pictures, without opening cameras; tells what would"
                    + " run.",
            "Every mistake is one line FILE:LINE: key: what was expected, what it got. Exit code 2 if there is one; 1 if"
                    + " --connect finds what keeps messages from arriving."
        })
public final class CheckCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--connect",
            description =
                    "Also ask the brokers, without writing anything: reachable, TLS, login, topic and its settings,"
                            + " clock.")
    private boolean connect;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        try {
            Config read = config.read();
            Map<String, Trial.Outcome> trials = new LinkedHashMap<>();
            for (Map.Entry<String, PipelineConfig> model : read.modelsInUse().entrySet()) {
                trials.put(model.getKey(), Trial.of(model.getValue()));
            }
            for (Map.Entry<String, PipelineConfig> second : read.secondsInUse().entrySet()) {
                trials.put(second.getKey(), Trial.of(second.getValue()));
            }
            if (read.shadowModel().isPresent()) {
                Trial.of(read.shadowModel().get());
            }
            PrintWriter out = spec.commandLine().getOut();
            List<BrokerRemarks> brokers = connect ? BrokerRemarks.of(read, Clock.system()) : List.of();
            if (json) {
                Map<String, Object> object = object(read, trials);
                if (connect) {
                    object.put(
                            "brokers",
                            brokers.stream().flatMap(BrokerRemarks::objects).toList());
                }
                out.println(JsonObject.of(object));
            } else {
                table(read, trials).forEach(row -> out.printf("%-9s %s%n", row.get(0), row.get(1)));
                brokers.forEach(sink -> sink.lines().forEach(out::println));
            }
            return brokers.stream().anyMatch(BrokerRemarks::isBad) ? ExitCode.FAILED : ExitCode.DONE;
        } catch (ConfigException e) {
            if (json) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("ok", false);
                object.put("mistakes", e.mistakes());
                spec.commandLine().getOut().println(JsonObject.of(object));
            }
            throw e;
        }
    }

    private List<List<String>> table(Config read, Map<String, Trial.Outcome> trials) {
        List<List<String>> rows = new ArrayList<>();
        Map<String, PipelineConfig> models = read.modelsInUse();
        models.forEach((name, model) -> {
            rows.addAll(rows(model, trials.get(name), read.ringSize()));
            model.then().forEach(then -> rows.add(then(then, trials.get(name + '/' + then.attribute()))));
            if (!name.equals(Config.DEFAULT_MODEL)) {
                rows.add(List.of("named", name + ", for " + sourcesOf(read, name)));
            }
        });
        read.shadow().ifPresent(shadow -> rows.add(List.of("shadow", inWords(shadow))));
        sharing(models).ifPresent(sentence -> rows.add(List.of("share", sentence)));
        read.models().keySet().stream()
                .filter(name -> !models.containsKey(name) && !isSecond(models, name))
                .filter(name -> !read.shadow().map(ShadowConfig::model).equals(Optional.of(name)))
                .forEach(name -> rows.add(List.of("note", "model " + name + " is not loaded: no source names it")));
        String title = "sources";
        for (SourceConfig source : read.sources()) {
            rows.add(List.of(title, source.title() + "  " + source.spec().uri() + limits(source)));
            calibration(source).ifPresent(sentence -> rows.add(List.of("", "  " + sentence)));
            source.analysis()
                    .rules()
                    .forEach(rule -> rows.add(List.of("", "  rule " + rule.name() + ": " + rule.inWords())));
            source.analysis()
                    .parts()
                    .ifPresent(parts ->
                            rows.add(List.of("", "  parts: " + parts.grades().inWords())));
            title = "";
        }
        title = "sinks";
        for (SinkConfig sink : read.sinks()) {
            rows.add(List.of(title, sink + ", queue of " + queue(sink)));
            title = "";
        }
        read.evidence().ifPresent(evidence -> {
            rows.add(List.of("evidence", "pictures in " + evidence.dir() + clips(evidence)));
            List<String> without = withoutClips(read);
            if (!without.isEmpty()) {
                rows.add(List.of(
                        "",
                        "no clips of " + String.join(", ", without)
                                + ": drawings and V4L2 cameras give pictures, no video"));
            }
        });
        rows.add(List.of(
                "http",
                read.http()
                        .map(http -> http.url(http.port()) + ", " + whoMay(http))
                        .orElse("no port")));
        read.ringHint(read.ringSize()).ifPresent(hint -> rows.add(List.of("note", hint)));
        rows.add(List.of("ok", config.file().toString()));
        return rows;
    }

    private static String clips(EvidenceSpec evidence) {
        return evidence.clips()
                ? ", clips of " + evidence.clipPreRollMs() + " ms before and " + evidence.clipPostRollMs() + " ms after"
                : ", no clips";
    }

    /** The sources of which there could be clips if they sent video. */
    private static List<String> withoutClips(Config read) {
        return read.sources().stream()
                .filter(source -> read.evidence().filter(EvidenceSpec::clips).isPresent())
                .filter(source -> EvidenceRecorder.holdsPicturesOf(source.analysis()))
                .filter(source -> !Sources.hasVideo(source.spec()))
                .map(source -> source.id().value())
                .toList();
    }

    private static boolean isSecond(Map<String, PipelineConfig> models, String name) {
        return models.values().stream()
                .flatMap(model -> model.then().stream())
                .anyMatch(then -> then.name().equals(name));
    }

    private static List<String> then(Then then, Trial.Outcome trial) {
        ModelSpec model = then.pipeline().model();
        return List.of(
                "then",
                "attribute " + then.attribute() + " of "
                        + (then.classes().isEmpty() ? "all objects" : String.join(", ", then.classes())) + ", at most "
                        + then.maxObjects() + " a frame: " + model.name() + " " + model.version() + ", "
                        + model.input().width() + "x" + model.input().height() + ", "
                        + model.output().head().wireName() + ", "
                        + model.labels().size() + " classes ("
                        + shortened(model.labels()) + "), on " + trial.backend() + ", " + trial.lanes()
                        + " lanes of batch " + trial.maxBatch() + ", threshold "
                        + then.pipeline().threshold());
    }

    private static String whoMay(HttpConfig http) {
        if (http.auth().hasToken()) {
            return http.auth().toString();
        }
        return http.isLoopback() ? "for everybody on this machine" : "the probes and /metrics alone, for everybody";
    }

    private static List<List<String>> rows(PipelineConfig pipeline, Trial.Outcome trial, int ringSize) {
        List<List<String>> rows = new ArrayList<>();
        ModelSpec model = pipeline.model();
        ModelInput input = model.input();
        rows.add(List.of(
                "model",
                model.name() + " " + model.version() + ", " + model.weights().precision() + ", " + input.width()
                        + "x" + input.height() + ", " + model.output().head().wireName() + ", "
                        + model.labels().size()
                        + " classes (" + shortened(model.labels()) + ")"));
        rows.add(List.of(
                "",
                model.weights().file() + ", sha256 " + model.weights().sha256().substring(0, 12)));
        rows.add(List.of(
                "",
                "shown " + input.preparation() + "; objects from output "
                        + model.output().tensorName()));
        model.otherOutputs().forEach(output -> rows.add(List.of("", "not used: output " + output)));
        rows.add(List.of(
                "runs on",
                trial.backend() + ", " + trial.lanes() + " lanes of batch " + trial.maxBatch() + ", threshold "
                        + pipeline.threshold() + ", ring of " + ringSize));
        rows.add(List.of("converts", String.join(", ", trial.formats())));
        return rows;
    }

    private static String inWords(ShadowConfig shadow) {
        return String.format(
                Locale.ROOT,
                "%s computes %.1f %% of the frames of %s once more, in what the others leave of the CPU; what it finds is"
                        + " compared and not published",
                shadow.model(),
                100 * shadow.share(),
                shadow.of());
    }

    private static String sourcesOf(Config read, String model) {
        return read.sources().stream()
                .filter(source -> source.model().filter(model::equals).isPresent())
                .map(source -> source.id().value())
                .collect(Collectors.joining(", "));
    }

    /** How the models share the CPU, in words, where there is something to share. */
    private static Optional<String> sharing(Map<String, PipelineConfig> models) {
        List<BackendSpec> onCpu = models.values().stream()
                .map(PipelineConfig::backend)
                .filter(backend -> !backend.isGpu())
                .toList();
        if (onCpu.size() < 2) {
            return Optional.empty();
        }
        int cores = Runtime.getRuntime().availableProcessors();
        return Optional.of(onCpu.size() + " models share " + cores + " CPU cores: each computes on "
                + onCpu.get(0).cores() + ", so a slow one does not hold up the others"
                + (onCpu.size() > cores ? "; there are more models than cores: they take turns" : ""));
    }

    private static String shortened(List<String> labels) {
        return labels.size() <= 6 ? String.join(", ", labels) : String.join(", ", labels.subList(0, 6)) + ", ...";
    }

    private static String limits(SourceConfig source) {
        StringBuilder text = new StringBuilder();
        text.append(source.flow().maxFps() > 0 ? ", at most " + source.flow().maxFps() + " fps" : "");
        text.append(
                source.flow().deadlineMs() > 0 ? ", deadline " + source.flow().deadlineMs() + " ms" : "");
        source.flow()
                .credits()
                .ifPresent(credits -> text.append(", ").append(credits).append(" credits"));
        if (source.analysis().tracking().enabled()) {
            text.append(", objects followed (lost after ")
                    .append(source.analysis().tracking().lostMs())
                    .append(" ms)");
        }
        if (!source.analysis().zones().isEmpty()) {
            text.append(", zones ")
                    .append(source.analysis().zones().stream().map(Zone::name).collect(Collectors.joining(", ")));
        }
        if (!source.analysis().lines().isEmpty()) {
            text.append(", lines ")
                    .append(source.analysis().lines().stream().map(Line::name).collect(Collectors.joining(", ")));
        }
        if (source.analysis().summaryS() > 0) {
            text.append(", summed up every ")
                    .append(source.analysis().summaryS())
                    .append(" s");
        }
        if (source.spec() instanceof SourceSpec.Network || source.spec() instanceof SourceSpec.V4l2) {
            text.append(", stalled after ")
                    .append(source.spec().timeouts().stallMs())
                    .append(" ms");
        }
        return text.toString();
    }

    private static Optional<String> calibration(SourceConfig source) {
        return source.analysis()
                .calibration()
                .flatMap(calibration -> Homography.of(calibration)
                        .map(map -> String.format(
                                Locale.ROOT,
                                "calibrated by %d points, which fit to %.2f m%s",
                                calibration.points().size(),
                                map.residualM(),
                                calibration.points().size() == Calibration.MIN_POINTS
                                        ? ": four always fit, a fifth would show what is wrong"
                                        : "")));
    }

    private static String queue(SinkConfig sink) {
        QueueLimits limits = sink.spec().limits();
        return limits.messages() + " messages or " + (limits.bytes() >> 20) + " MiB";
    }

    private static Map<String, Object> object(Config read, Map<String, Trial.Outcome> trials) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", true);
        Map<String, Map<String, Object>> models = new LinkedHashMap<>();
        read.modelsInUse().forEach((name, model) -> models.put(name, object(model, trials.get(name))));
        object.putAll(models.values().iterator().next());
        object.put("models", models);
        object.put("shadow", read.shadow().map(CheckCommand::object).orElse(null));
        object.put("ringSize", read.ringSize());
        object.put("sources", read.sources().stream().map(CheckCommand::object).toList());
        object.put("sinks", read.sinks().stream().map(SinkConfig::name).toList());
        object.put("withoutClips", withoutClips(read));
        object.put(
                "http", read.http().map(http -> http.bind() + ":" + http.port()).orElse(null));
        return object;
    }

    private static Map<String, Object> object(PipelineConfig pipeline, Trial.Outcome trial) {
        ModelSpec spec = pipeline.model();
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("name", spec.name());
        model.put("version", spec.version());
        model.put("file", spec.weights().file());
        model.put("sha256", spec.weights().sha256());
        model.put("precision", spec.weights().precision());
        model.put("width", spec.input().width());
        model.put("height", spec.input().height());
        model.put("preparation", spec.input().preparation());
        model.put("output", spec.output().tensorName());
        model.put("otherOutputs", spec.otherOutputs());
        model.put("head", spec.output().head().wireName());
        model.put("labels", spec.labels());
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model);
        object.put("backend", trial.backend());
        object.put("lanes", trial.lanes());
        object.put("maxBatch", trial.maxBatch());
        object.put("threshold", pipeline.threshold());
        if (!pipeline.then().isEmpty()) {
            Map<String, String> then = new LinkedHashMap<>();
            pipeline.then().forEach(second -> then.put(second.attribute(), second.name()));
            object.put("then", then);
        }
        object.put("pixelFormats", trial.formats());
        return object;
    }

    private static Map<String, Object> object(ShadowConfig shadow) {
        return Map.of("model", shadow.model(), "share", shadow.share(), "of", shadow.of());
    }

    private static Map<String, Object> object(SourceConfig source) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", source.id().value());
        source.name().ifPresent(name -> object.put("name", name.value()));
        source.model().ifPresent(model -> object.put("model", model));
        object.put("uri", source.spec().uri());
        source.analysis()
                .calibration()
                .flatMap(Homography::of)
                .ifPresent(map -> object.put("calibrationResidualM", map.residualM()));
        if (!source.analysis().rules().isEmpty()) {
            Map<String, String> rules = new LinkedHashMap<>();
            source.analysis().rules().forEach(rule -> rules.put(rule.name(), rule.inWords()));
            object.put("rules", rules);
        }
        return object;
    }
}
