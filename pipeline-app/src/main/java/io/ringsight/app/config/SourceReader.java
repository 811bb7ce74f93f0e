package io.ringsight.app.config;

import io.ringsight.app.config.place.CalibrationReader;
import io.ringsight.app.config.place.GroundPlaces;
import io.ringsight.app.config.place.LinesReader;
import io.ringsight.app.config.place.PartsReader;
import io.ringsight.app.config.place.RulesReader;
import io.ringsight.app.config.place.ZonesReader;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.pipeline.Look;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decode;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Reads one entry of {@code sources}. What a URI and its settings mean is {@link SourceSpec}'s business. */
final class SourceReader {
    private static final List<String> TRANSPORTS = List.of("auto", "tcp", "udp");
    private static final List<String> DECODES = List.of("auto", "cpu", "cuda");
    private static final String SUMMARY = "summarySeconds";
    private static final long MAX_TIMEOUT_MS = 3_600_000;

    private final YamlObject yaml;
    private final ModelsRead models;

    /**
     * @param models what may look at it
     */
    SourceReader(YamlObject yaml, ModelsRead models) {
        this.yaml = yaml;
        this.models = models;
    }

    Optional<SourceConfig> read() {
        Optional<SourceId> id = id();
        String uri = yaml.text("uri");
        Optional<SourceName> called = name();
        double maxFps = yaml.number("maxFps", 0, SourceConfig.MAX_FPS, 0);
        long deadlineMs = yaml.integer("deadlineMs", 0, SourceConfig.MAX_DEADLINE_MS, 0);
        Optional<Integer> credits = yaml.integerOr("auto", "credits", 1, SourceConfig.MAX_CREDITS);
        boolean paused = yaml.flag("paused", false);
        Decode decode = decode(uri);
        Deinterlace deinterlace = deinterlace(uri);
        int track = yaml.integer("track", 1, Decoding.MAX_TRACK, 0);
        Optional<String> model = model();
        List<String> classes = classes(models.classNames(model));
        TrackSettings tracking =
                yaml.object("tracking").map(SourceReader::tracking).orElse(TrackSettings.OFF);
        Optional<Calibration> calibration = CalibrationReader.read(yaml, tracking.enabled());
        GroundPlaces ground = new GroundPlaces(calibration);
        List<Zone> zones = ZonesReader.read(yaml, tracking.enabled(), ground);
        List<Line> lines = LinesReader.read(yaml, tracking.enabled(), ground);
        Function<String, Optional<String>> problemOfClass = name -> problemOf(name, models.classNames(model));
        Function<String, Optional<String>> problemOfName = name -> models.problemOfName(model, classes, name);
        List<Rule> rules = new RulesReader(zones, problemOfName).read(yaml);
        Optional<PartSpec> parts = yaml.object("parts")
                .flatMap(section -> new PartsReader(section)
                        .read(new PartsReader.Beside(
                                uri,
                                tracking.enabled(),
                                classes,
                                models.threshold(model),
                                problemOfClass,
                                problemOfName)));
        int summaryS = summaryS(tracking.enabled() && !(zones.isEmpty() && lines.isEmpty()));
        boolean watchView = yaml.flag("watchView", true);
        Look look = LookReader.read(yaml);
        SourceSettings settings = settings();
        yaml.finish();
        Optional<SourceSpec> spec = uri.isBlank() ? Optional.empty() : spec(uri, settings);
        spec.filter(read -> yaml.has("track")).ifPresent(this::checkTrack);
        spec.ifPresent(read -> parts.ifPresent(judged -> checkFrozen(read, judged.window())));
        return id.isEmpty() || spec.isEmpty()
                ? Optional.empty()
                : Optional.of(new SourceConfig(
                        id.get(),
                        called,
                        spec.get(),
                        new SourceConfig.Flow(maxFps, deadlineMs, credits, paused),
                        new SourceConfig.Video(decode, deinterlace, track, look, watchView),
                        classes,
                        new AnalysisSpec(tracking, zones, lines, rules, calibration, parts, summaryS),
                        model));
    }

    private int summaryS(boolean hasPlaces) {
        int summaryS = yaml.integer(SUMMARY, 0, AnalysisSpec.MAX_SUMMARY_S, 0);
        if (summaryS > 0 && !hasPlaces) {
            yaml.mistake(
                    SUMMARY,
                    "there is nothing to sum up; expected tracking: {enabled: true} and zones or lines beside it");
        }
        return summaryS;
    }

    private static TrackSettings tracking(YamlObject section) {
        TrackSettings defaults = TrackSettings.DEFAULT;
        TrackSettings tracking = new TrackSettings(
                section.flag("enabled", defaults.enabled()),
                section.number("confident", 0, 1, defaults.confident()),
                section.integer("lostMs", 1, TrackSettings.MAX_LOST_MS, defaults.lostMs()),
                section.integer("confirmMs", 0, TrackSettings.MAX_CONFIRM_MS, defaults.confirmMs()));
        section.finish();
        return tracking;
    }

    private void checkTrack(SourceSpec spec) {
        if (spec instanceof SourceSpec.Synthetic || spec instanceof SourceSpec.V4l2) {
            yaml.mistake(
                    "track",
                    "has no meaning for a " + (spec instanceof SourceSpec.V4l2 ? "V4L2 camera" : "synthetic source"));
        } else if (spec instanceof SourceSpec.Recording recording && recording.track() > 0) {
            yaml.mistake("track", "is in the URI, too, as ?track=" + recording.track() + "; expected one of them");
        }
    }

    /** A verdict does not wait for more than the window: a picture that froze before it must be known to be by its end. */
    private void checkFrozen(SourceSpec spec, PartSpec.Window window) {
        boolean isCamera = spec instanceof SourceSpec.Network || spec instanceof SourceSpec.V4l2;
        long windowMs = window.toMs() - window.fromMs();
        long frozenMs = spec.timeouts().frozenMs();
        if (isCamera && windowMs > 0 && frozenMs > windowMs) {
            yaml.mistake(
                    "frozenTimeoutMs",
                    "expected at most " + windowMs
                            + ", as long as the window of parts, or a part of which only a frozen"
                            + " picture was seen would pass (0: frozen pictures are not looked for), got " + frozenMs);
        }
    }

    private Optional<String> model() {
        Optional<String> name = Optional.ofNullable(said("model"));
        name.flatMap(models::problem).ifPresent(sentence -> yaml.mistake("model", sentence));
        return name.filter(said -> !said.equals(Config.DEFAULT_MODEL));
    }

    private List<String> classes(Optional<ClassNames> classNames) {
        List<String> names = yaml.texts("classes");
        if (yaml.isEmptyList("classes")) {
            yaml.mistake("classes", "expected a list of at least one class, got an empty one; leave it out for all");
        }
        for (String name : names) {
            problemOf(name, classNames).ifPresent(sentence -> yaml.mistake("classes", sentence));
        }
        return names;
    }

    private static Optional<String> problemOf(String name, Optional<ClassNames> classNames) {
        return classNames.filter(known -> known.ids(name).isEmpty()).map(known -> known.mistake(name));
    }

    /** A word that says how video is decoded; drawings are not. */
    private String ofVideo(String key, List<String> words, String uri) {
        boolean drawing = uri.startsWith("synthetic:");
        if (drawing) {
            yaml.dropDefault(key);
        }
        String word = yaml.word(key, words, "auto");
        if (yaml.has(key) && drawing) {
            yaml.mistake(key, "has no meaning for a synthetic source");
        }
        return word;
    }

    private Deinterlace deinterlace(String uri) {
        return Deinterlace.named(ofVideo("deinterlace", Deinterlace.NAMES, uri));
    }

    private Decode decode(String uri) {
        Optional<String> model = Optional.ofNullable(said("model")).filter(said -> !said.equals(Config.DEFAULT_MODEL));
        String device = models.device(model);
        String word = ofVideo("decode", DECODES, uri);
        if (!uri.startsWith("synthetic:") && word.equals("cuda") && !device.startsWith("cuda")) {
            yaml.mistake(
                    "decode",
                    "cuda needs "
                            + model.map(name -> "models." + name + ".device").orElse("pipeline.device")
                            + " to be cuda or cuda:N, so that pictures stay on the GPU, but it is "
                            + YamlObject.quoted(device) + "; expected auto or cpu");
        }
        return Decode.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private Optional<SourceId> id() {
        String text = yaml.text("id");
        if (!text.isBlank() && !SourceId.isValid(text)) {
            yaml.mistake(
                    "id",
                    "expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, got "
                            + YamlObject.quoted(text));
            return Optional.empty();
        }
        return text.isBlank() ? Optional.empty() : Optional.of(new SourceId(text));
    }

    private Optional<SourceName> name() {
        Optional<String> text = Optional.ofNullable(said("name")).map(said -> said.isBlank() ? said : said.strip());
        Optional<String> problem = text.flatMap(SourceName::problem);
        problem.ifPresent(sentence -> yaml.mistake("name", sentence));
        return problem.isPresent() ? Optional.empty() : text.map(SourceName::new);
    }

    private SourceSettings settings() {
        String transport = yaml.word("transport", TRANSPORTS, TRANSPORTS.get(0));
        SourceSpec.Timeouts defaults = SourceSpec.Timeouts.DEFAULT;
        return new SourceSettings(
                yaml.has("transport") ? transport : null,
                new SourceSettings.Login(said("username"), said("password")),
                new SourceSettings.Tls(tlsVerify(), said("caFile")),
                new SourceSettings.Format(said("videoSize"), said("framerate"), said("inputFormat")),
                new SourceSettings.Limits(
                        timeout("openTimeoutMs", defaults.openMs()),
                        timeout("stallTimeoutMs", defaults.stallMs()),
                        limit("frozenTimeoutMs", defaults.frozenMs()),
                        limit("maxLagMs", defaults.maxLagMs())),
                yaml.textMap("options"));
    }

    /** An empty text says nothing: it is what <code>${NAME:-}</code> gives. */
    private String said(String key) {
        return yaml.optionalText(key).filter(text -> !text.isEmpty()).orElse(null);
    }

    private Boolean tlsVerify() {
        boolean value = yaml.flag("tlsVerify", true);
        return yaml.has("tlsVerify") ? value : null;
    }

    private Long timeout(String key, long otherwise) {
        long value = yaml.longInteger(key, 1, MAX_TIMEOUT_MS, otherwise);
        return yaml.has(key) ? value : null;
    }

    private Long limit(String key, long otherwise) {
        long value = yaml.longInteger(key, 0, MAX_TIMEOUT_MS, otherwise);
        return yaml.has(key) ? value : null;
    }

    private Optional<SourceSpec> spec(String uri, SourceSettings settings) {
        try {
            SourceSpec spec = SourceSpec.parse(uri, settings);
            Sources.checkOptions(spec);
            return Optional.of(spec);
        } catch (SourceSpecException e) {
            if (e.hasNoMeaning() && yaml.isDefault(e.key())) {
                // what sources share need not suit each kind of them
                yaml.dropDefault(e.key());
                return spec(uri, settings());
            }
            yaml.mistake(e.key(), e.getMessage());
            return Optional.empty();
        }
    }
}
