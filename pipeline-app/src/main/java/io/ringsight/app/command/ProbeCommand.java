package io.ringsight.app.command;

import io.ringsight.app.CommandException;
import io.ringsight.app.JsonObject;
import io.ringsight.app.Main;
import io.ringsight.app.Version;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Ending;
import io.ringsight.sources.ProbeReport;
import io.ringsight.sources.SourceSettings;
import io.ringsight.sources.SourceSpec;
import io.ringsight.sources.SourceSpecException;
import io.ringsight.sources.Sources;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringsight probe}: a look at one source. */
@Command(
        name = "probe",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Opens a camera, film or drawing, tells what it gives, saves one picture and says exactly what is"
                + " wrong if it cannot be opened (exit code 1).")
public final class ProbeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "URI",
            description = "As in a configuration: rtsp://, rtsps://, v4l2:/dev/..., file:clip.mp4, synthetic:pcb.")
    private String uri;

    @Option(
            names = {"-o", "--picture"},
            paramLabel = "FILE",
            description = "Where to save the first picture, .png or .jpg.")
    private Path picture;

    @Option(names = "--transport", paramLabel = "auto|tcp|udp", description = "How RTSP pictures travel.")
    private String transport;

    @Option(names = "--username", paramLabel = "NAME", description = "Of an RTSP camera.")
    private String username;

    @Option(
            names = "--password-env",
            paramLabel = "VARIABLE",
            description = "Environment variable that holds the RTSP camera's password: other users of the machine can"
                    + " see a command line.")
    private String passwordVariable;

    @Option(names = "--tls-insecure", description = "Accept any certificate of an rtsps camera.")
    private boolean tlsInsecure;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How long to look after the first picture (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 1 || seconds > 3_600) {
            throw CommandException.usage("ringsight: --seconds: expected 1 to 3600, came " + seconds);
        }
        PictureFile.checkName(picture);
        SourceSpec source = source();
        PictureFile file = new PictureFile(picture);
        ProbeReport report = Sources.probe(source, Clock.system(), seconds * 1_000L, file::save);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonObject.of(object(report)));
        } else if (report.ok()) {
            print(report, out);
        }
        if (!report.ok()) {
            throw CommandException.failed("ringsight: " + report.uri() + ": " + why(report.ending()));
        }
        file.failure().ifPresent(failure -> {
            throw CommandException.failed("ringsight: " + picture + ": " + failure);
        });
        return Main.DONE;
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

    /** A path typed without {@code file:} is a file. */
    private static String withScheme(String uri) {
        boolean named = uri.matches("(?i)[a-z][a-z0-9+.-]*:.*") || uri.startsWith("/dev/");
        return named ? uri : "file:" + uri;
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
                transport, username, password, tlsVerify, null, null, null, null, null, null, null, null, Map.of());
    }

    private static String why(Ending ending) {
        return ending == null ? "no picture came" : ending.toString();
    }

    private void print(ProbeReport report, PrintWriter out) {
        out.printf("%-9s %s%n", "source", report.uri());
        out.printf("%-9s %s%n", "codec", report.codec());
        out.printf("%-9s %dx%d %s%n", "size", report.width(), report.height(), report.pixelFormat());
        out.printf(
                "%-9s %s%n",
                "fps",
                report.fps().isPresent()
                        ? String.format(Locale.ROOT, "%.2f", report.fps().getAsDouble())
                        : "unknown (fewer than two pictures)");
        out.printf("%-9s %s (%s)%n", "clock", report.clock().wireName(), sentence(report.clock()));
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

    private Map<String, Object> object(ProbeReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ok", report.ok());
        object.put("uri", report.uri());
        object.put("codec", report.codec().isEmpty() ? null : report.codec());
        object.put("width", report.ok() ? report.width() : null);
        object.put("height", report.ok() ? report.height() : null);
        object.put("pixelFormat", report.pixelFormat().isEmpty() ? null : report.pixelFormat());
        object.put("fps", report.fps().isPresent() ? report.fps().getAsDouble() : null);
        object.put("clock", report.clock() == null ? null : report.clock().wireName());
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
