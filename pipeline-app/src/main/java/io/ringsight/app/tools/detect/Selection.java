package io.ringsight.app.tools.detect;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.ClassNames;
import io.ringsight.app.tools.files.Sampling;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.detect.WantedClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Command-line options that choose what of the inputs, and of what was found, matters. */
final class Selection {
    private static final Pattern TIME = Pattern.compile("(?:(?:(\\d{1,3}):)?(\\d{1,2}):)?(\\d{1,9}(?:\\.\\d{1,9})?)");
    private static final double NS_PER_S = 1e9;
    private static final int S_PER_MINUTE = 60;
    private static final int S_PER_HOUR = 3_600;

    @Option(names = "--every", paramLabel = "N", description = "Analyse each Nth frame of a video (default: all).")
    private Integer every;

    @Option(
            names = "--fps",
            paramLabel = "F",
            description = "Analyse at most F frames per second of a video, by its own time (default: all).")
    private Double fps;

    @Option(
            names = "--start",
            paramLabel = "TIME",
            description = "Begin so far into each video: seconds, MM:SS or HH:MM:SS.")
    private String start;

    @Option(
            names = "--classes",
            paramLabel = "NAME",
            split = ",",
            description = "Only objects of these classes, separated by commas.")
    private List<String> classes;

    @Option(
            names = "--tracking",
            description = "Follow the objects of a video: trackId in its messages, tracks and trails in its pictures.")
    private boolean tracking;

    /** What is made of the objects. */
    AnalysisSpec analysis() {
        return tracking ? new AnalysisSpec(TrackSettings.DEFAULT) : AnalysisSpec.NONE;
    }

    /** Which frames of a video are analysed. */
    Sampling sampling() {
        if (every != null && every < 1) {
            throw CommandException.usage("ringsight: --every: expected a number from 1, got " + every);
        }
        if (fps != null && !(fps > 0 && fps <= 1_000)) {
            throw CommandException.usage("ringsight: --fps: expected a number above 0 and up to 1000, got " + fps);
        }
        return new Sampling(startNs(), every == null ? 1 : every, fps == null ? 0 : fps);
    }

    private long startNs() {
        if (start == null) {
            return 0;
        }
        Matcher time = TIME.matcher(start);
        if (!time.matches()) {
            throw CommandException.usage(
                    "ringsight: --start: expected seconds, MM:SS or HH:MM:SS, as in 90, 1:30 or 0:01:30.5, got "
                            + start);
        }
        double seconds = Double.parseDouble(time.group(3))
                + S_PER_MINUTE * number(time.group(2))
                + S_PER_HOUR * number(time.group(1));
        return Math.round(seconds * NS_PER_S);
    }

    private static int number(String text) {
        return text == null ? 0 : Integer.parseInt(text);
    }

    /** As the user wrote it. */
    String start() {
        return start;
    }

    /** The classes whose objects matter. */
    WantedClasses classes(List<String> labels) {
        if (classes == null) {
            return WantedClasses.ALL;
        }
        ClassNames known = new ClassNames(labels);
        List<Integer> wanted = new ArrayList<>();
        for (String name : classes) {
            List<Integer> ids = known.ids(name.strip());
            if (ids.isEmpty()) {
                throw CommandException.usage("ringsight: --classes: " + known.mistake(name.strip()));
            }
            wanted.addAll(ids);
        }
        return WantedClasses.of(wanted);
    }
}
