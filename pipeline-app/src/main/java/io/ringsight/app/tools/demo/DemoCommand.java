package io.ringsight.app.tools.demo;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.Signals;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.PipelineConfig;
import io.ringsight.app.config.Place;
import io.ringsight.app.config.SinkConfig;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.tools.files.ShippedModelOption;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.verdict.Grades;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sources.spec.Decode;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import io.ringsight.sources.spec.SyntheticSettings.SceneKind;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringsight demo}: everything at work on this machine, a Kafka broker included. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Starts a Kafka broker, watches a drawn board line (or road, or your camera), publishes what is found and shows"
                    + " the messages as they are read back from Kafka.",
            "Ctrl-C ends it early. Exit code 1 if nothing was read back or a frame is unaccounted for.",
            "scripts/demo fetches the broker once; it is no part of the product."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final String TOPIC = "ringsight.detections";
    private static final String SOURCE_ID = "line1";
    private static final String BOARDS = "synthetic:pcb";
    private static final String TRAFFIC = "conf/examples/traffic.yaml";
    private static final List<String> REWORK = List.of("mousebite", "copper", "spur");
    private static final List<String> REJECT = List.of("open", "short", "pin-hole");
    private static final int MAX_SECONDS = 86_400;
    private static final String LOG_LEVEL = "ringsight.log.level";

    @Option(
            names = {"-s", "--seconds"},
            paramLabel = "N",
            defaultValue = "20",
            description = "How long to watch, from the first message on (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--source",
            paramLabel = "URI",
            description = "What to watch: rtsp://, rtsps://, v4l2:, file: or synthetic: (default: " + BOARDS + ").")
    private String source;

    @Option(names = "--traffic", description = "Watches a drawn road as " + TRAFFIC + " says: counts and speeds.")
    private boolean traffic;

    @Mixin
    private ShippedModelOption model;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigException, ModelException, InterruptedException {
        quieten();
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw misuse("--seconds: expected 1 to " + MAX_SECONDS + ", got " + seconds);
        }
        Clock clock = Clock.system();
        if (traffic) {
            return road(clock);
        }
        SourceSpec watched = watched();
        ModelSpec detector = ModelYaml.readDetector(modelFile());
        boolean terminal = Ansi.AUTO.enabled();
        Screen screen = new Screen(spec.commandLine().getOut(), terminal);
        Demo demo = new Demo(screen, scoreboard(watched, detector), clock, terminal);
        screen.heading("ringsight demo: " + watched.uri() + " -> " + detector.name() + " -> Kafka -> here");
        return show(demo, screen, clock, broker -> config(watched, detector, broker));
    }

    /** The example as it is, but for where its messages go. */
    private int road(Clock clock) throws ConfigException, InterruptedException {
        if (source != null || model.isNamed()) {
            throw misuse("--traffic: expected it alone, got --source or --model beside it; copy " + TRAFFIC
                    + ", change it and run it with ringsight run");
        }
        Config example = new ConfigReader(home().resolve(TRAFFIC), System.getenv(), home(), ModelYaml::read).read();
        boolean terminal = Ansi.AUTO.enabled();
        Screen screen = new Screen(spec.commandLine().getOut(), terminal);
        screen.heading("ringsight demo: " + TRAFFIC + " -> Kafka -> here");
        return show(new Demo(screen, null, clock, terminal), screen, clock, broker -> toKafka(example, broker));
    }

    private int show(Demo demo, Screen screen, Clock clock, Function<EmbeddedBroker, Config> config)
            throws ConfigException, InterruptedException {
        Signals.onTermination(demo::stop);
        screen.step("starting a Kafka broker of its own (KRaft, a few seconds)");
        try (EmbeddedBroker broker = EmbeddedBroker.start(jars(), clock)) {
            screen.step("the broker answers at " + broker.bootstrapServers());
            return demo.run(config.apply(broker), seconds) ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    private static Config toKafka(Config example, EmbeddedBroker broker) {
        return new Config(
                example.pipeline(),
                example.models(),
                example.sources(),
                List.of(kafka(broker)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static SinkConfig kafka(EmbeddedBroker broker) {
        KafkaSinkSpec topic = new KafkaSinkSpec(broker.bootstrapServers(), TOPIC, Map.of());
        return new SinkConfig(topic, List.of(MessageType.values()));
    }

    /** The screen is for messages: the log tells warnings only, unless asked for more. */
    private static void quieten() {
        if (System.getProperty(LOG_LEVEL) == null && System.getenv("RINGSIGHT_LOG_LEVEL") == null) {
            System.setProperty(LOG_LEVEL, "WARN");
        }
    }

    private ParameterException misuse(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private SourceSpec watched() {
        try {
            return SourceSpec.parse(source == null ? BOARDS : source);
        } catch (SourceSpecException e) {
            throw misuse("--source: " + e.getMessage());
        }
    }

    private Path modelFile() {
        Path file = model.path();
        if (!Files.isRegularFile(file)) {
            throw CommandException.usage("ringsight: demo: --model: expected a model, found no file at " + file);
        }
        return file;
    }

    private static Path home() {
        return Path.of(System.getProperty("ringsight.home", "")).toAbsolutePath();
    }

    private static Path jars() {
        String named = System.getenv("RINGSIGHT_KAFKA_LIB");
        return named == null || named.isBlank() ? home().resolve("target/kafka-broker/lib") : Path.of(named);
    }

    /** The truth is known of drawn boards, and told for a model that knows their kinds of defect. */
    private static Scoreboard scoreboard(SourceSpec watched, ModelSpec detector) {
        if (watched instanceof SourceSpec.Synthetic synthetic) {
            SyntheticTruth truth = new SyntheticTruth(synthetic);
            boolean boards = truth.settings().scene() == SceneKind.PCB;
            return boards && detector.labels().containsAll(Scoreboard.labels()) ? new Scoreboard(truth) : null;
        }
        return null;
    }

    /** Drawn boards announce themselves and are seen whole for a quarter of a second. */
    private static PartSpec boards(Path folder) {
        return new PartSpec(
                new PartTrigger(PartTrigger.Kind.APPEARANCE, ""),
                new PartSpec.Window(-5, 200, 2),
                1_000,
                new Grades(REWORK, REJECT, 0.4),
                Recipe.NONE,
                new PartSpec.Motion(-0.25, 0),
                List.of(),
                folder.resolve("parts"));
    }

    private Config config(SourceSpec watched, ModelSpec detector, EmbeddedBroker broker) {
        Place place = new Place(Path.of("demo"), 1, "device");
        BackendSpec backend = new BackendSpec(PipelineConfig.DEFAULT_DEVICE, 0, PipelineConfig.DEFAULT_MAX_BATCH);
        PipelineConfig pipeline = new PipelineConfig(
                detector,
                backend,
                detector.threshold(),
                PipelineConfig.DEFAULT_RING_SIZE,
                PipelineConfig.DEFAULT_STOP_TIMEOUT_MS,
                place,
                List.of());
        SourceConfig line = new SourceConfig(
                new SourceId(SOURCE_ID),
                Optional.empty(),
                watched,
                new SourceConfig.Flow(0, 0, Optional.empty(), false),
                new SourceConfig.Video(Decode.AUTO, Deinterlace.AUTO, 0, Look.WHOLE, true),
                List.of(),
                scoreboard(watched, detector) == null
                        ? AnalysisSpec.NONE
                        : new AnalysisSpec(
                                TrackSettings.OFF,
                                List.of(),
                                List.of(),
                                List.of(),
                                Optional.empty(),
                                Optional.of(boards(broker.folder())),
                                0),
                Optional.empty());
        return new Config(
                pipeline,
                Map.of(),
                List.of(line),
                List.of(kafka(broker)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
