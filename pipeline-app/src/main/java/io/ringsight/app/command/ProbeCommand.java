package io.ringsight.app.command;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.cli.ExitCode;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.SourceConfig;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.tools.files.VideoOptions;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.ProbeReport;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight probe}: a look at one source, or at all of a configuration. */
@Command(
        name = "probe",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Opens a camera, video or drawing, tells what it gives, saves one picture and says exactly what is"
                        + " wrong if it cannot be opened (exit code 1).")
public final class ProbeCommand implements Callable<Integer> {
    private static final List<String> OF_ONE_SOURCE = List.of(
            "--picture", "--transport", "--username", "--password-env", "--tls-insecure", "--deinterlace", "--track");

    @Parameters(
            arity = "0..1",
            paramLabel = "URI",
            description =
                    "As in a configuration: rtsp://, rtsps://, http://, https://, rtmp://, srt://, udp://, rtp://,"
                            + " v4l2:/dev/..., file:clip.mp4, synthetic:pcb.")
    private String uri;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "Look at every source of this configuration instead: one line each, exit code 1 if one fails.")
    private Path config;

    @Option(
            names = {"-o", "--picture"},
            paramLabel = "FILE",
            description = "Where to save the first picture, .png or .jpg.")
    private Path picture;

    @Option(names = "--transport", paramLabel = "auto|tcp|udp", description = "How RTSP pictures travel.")
    private String transport;

    @Option(names = "--username", paramLabel = "NAME", description = "Of a network camera.")
    private String username;

    @Option(
            names = "--password-env",
            paramLabel = "VARIABLE",
            description =
                    "Environment variable that holds the network camera's password: other users of the machine can"
                            + " see a command line.")
    private String passwordVariable;

    @Option(names = "--tls-insecure", description = "Accept any certificate of an rtsps, https or rtmps server.")
    private boolean tlsInsecure;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How long to look after the first picture (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Mixin
    private VideoOptions video;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ConfigException {
        if (seconds < 1 || seconds > 3_600) {
            throw CommandException.usage("ringsight: --seconds: expected 1 to 3600, got " + seconds);
        }
        if ((uri == null) == (config == null)) {
            throw CommandException.usage("ringsight: expected a URI, or -c FILE for all sources of a configuration"
                    + (uri == null ? "" : ", got both"));
        }
        return config == null ? probe() : probeAll();
    }

    private int probeAll() throws InterruptedException, ConfigException {
        for (String option : OF_ONE_SOURCE) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw CommandException.usage(
                        "ringsight: " + option + " does not go with -c FILE: set it in the configuration");
            }
        }
        List<SourceConfig> sources =
                ConfigOption.read(config, ModelYaml::readForced).sources();
        int failed =
                new ProbeAll(sources, seconds * 1_000L).print(spec.commandLine().getOut(), json);
        if (failed > 0) {
            throw CommandException.failed(
                    "ringsight: " + failed + " of " + sources.size() + " sources gave no picture");
        }
        return ExitCode.DONE;
    }

    private int probe() throws InterruptedException {
        SourceSpec source = source();
        PictureFile.check("-o", picture, source instanceof SourceSpec.Recording recording ? recording.path() : null);
        PictureFile file = new PictureFile(picture);
        Decoding decoding = video.decoding();
        ProbeReport report = Sources.probe(source, Clock.system(), seconds * 1_000L, file::save, decoding);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(object(report, picture)));
        } else if (report.ok()) {
            print(report, out);
        }
        if (!report.ok()) {
            throw CommandException.failed("ringsight: " + report.uri() + ": " + report.why());
        }
        file.failure().ifPresent(failure -> {
            throw CommandException.failed("ringsight: " + failure);
        });
        return ExitCode.DONE;
    }

    private SourceSpec source() {
        try {
            SourceSpec source = SourceSpec.parse(withScheme(uri), settings());
            Sources.checkOptions(source);
            return source;
        } catch (SourceSpecException e) {
            throw CommandException.usage("ringsight: " + e.key() + ": " + e.getMessage());
        }
    }

    /** A path typed without {@code file:} is a file; so is what is there, though it looks like a URI. */
    private static String withScheme(String uri) {
        if (uri.startsWith("/dev/")) {
            return uri;
        }
        boolean named = uri.matches("(?is)[a-z][a-z0-9+.-]*:.*");
        return named && !new File(uri).exists() ? uri : "file:" + uri;
    }

    private SourceSettings settings() {
        String password = null;
        if (passwordVariable != null) {
            password = System.getenv(passwordVariable);
            if (password == null) {
                throw CommandException.usage("ringsight: --password-env: expected an environment variable, but "
                        + passwordVariable + " is not set");
            }
        }
        Boolean tlsVerify = tlsInsecure ? Boolean.FALSE : null;
        return new SourceSettings(
                transport,
                new SourceSettings.Login(username, password),
                new SourceSettings.Tls(tlsVerify, null),
                SourceSettings.Format.NONE,
                SourceSettings.Limits.NONE,
                Map.of());
    }

    private void print(ProbeReport report, PrintWriter out) {
        out.printf("%-9s %s%n", "source", report.uri());
        out.printf("%-9s %s%n", "codec", report.video().codec());
        if (report.video().tracks() > 1) {
            out.printf(
                    "%-9s %d of %d; track: N (--track N) takes another%n",
                    "track", report.video().track(), report.video().tracks());
        }
        out.printf(
                "%-9s %dx%d %s%n",
                "size",
                report.last().width(),
                report.last().height(),
                report.last().pixelFormat());
        out.printf(
                "%-9s %s%n",
                "fps",
                report.fps().isPresent()
                        ? String.format(Locale.ROOT, "%.2f", report.fps().getAsDouble())
                        : "unknown (fewer than two pictures)");
        out.printf(
                "%-9s %s (%s)%n",
                "clock",
                report.last().clock().wireName(),
                sentence(report.last().clock()));
        out.printf(
                "%-9s %d, %d lost; the first after %d ms%n",
                "pictures", report.pictures(), report.lost(), report.firstPictureMs());
        if (picture != null) {
            out.printf("%-9s %s%n", "saved", picture);
        }
        if (report.ending() != null) {
            out.printf("%-9s %s%n", "ended", report.ending());
        }
    }

    private static String sentence(CaptureClock clock) {
        return switch (clock) {
            case RTCP_SR -> "the camera's own clock";
            case DEVICE -> "the capture driver's time of each picture";
            case ARRIVAL -> "this machine's clock at arrival: the camera tells no time";
            case FILE -> "the recording's own time line";
        };
    }

    /** What {@code --json} says of a source; {@code picture} is where its first picture was saved, or null. */
    static Map<String, Object> object(ProbeReport report, Path picture) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", report.ok());
        object.put("uri", report.uri());
        object.put(
                "codec",
                report.video().codec().isEmpty() ? null : report.video().codec());
        object.put(
                "tracks", report.video().tracks() == 0 ? null : report.video().tracks());
        object.put("track", report.video().track() == 0 ? null : report.video().track());
        object.put("width", report.ok() ? report.last().width() : null);
        object.put("height", report.ok() ? report.last().height() : null);
        object.put(
                "pixelFormat",
                report.last().pixelFormat().isEmpty() ? null : report.last().pixelFormat());
        object.put("fps", report.fps().isPresent() ? report.fps().getAsDouble() : null);
        object.put(
                "clock",
                report.last().clock() == null ? null : report.last().clock().wireName());
        object.put("pictures", report.pictures());
        object.put("lost", report.lost());
        object.put("firstPictureMs", report.firstPictureMs() < 0 ? null : report.firstPictureMs());
        object.put("picture", picture != null && report.ok() ? picture.toString() : null);
        object.put(
                "reason",
                report.ending() == null ? null : report.ending().reason().wireName());
        object.put("detail", report.ending() == null ? null : report.ending().detail());
        return object;
    }
}
