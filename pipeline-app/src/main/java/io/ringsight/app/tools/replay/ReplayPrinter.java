package io.ringsight.app.tools.replay;

import io.ringsight.app.cli.JsonObject;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** Tells the differences one by one and their numbers at the end: in text, or as JSON, an object a line. */
final class ReplayPrinter {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    ReplayPrinter(CommandLine line, boolean json) {
        out = line.getOut();
        err = line.getErr();
        this.json = json;
    }

    void print(Replay.Told told) {
        Differences.Difference difference = told.difference();
        String kind = difference.kind().name().toLowerCase(Locale.ROOT);
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("difference", kind);
            object.put("sourceId", told.sourceId());
            object.put("what", difference.what());
            object.put("at", difference.at());
            object.put("recorded", difference.recorded().isEmpty() ? null : difference.recorded());
            object.put("replayed", difference.replayed().isEmpty() ? null : difference.replayed());
            out.println(JsonObject.of(object));
        } else {
            String says = difference.kind() == Differences.Kind.CHANGED
                    ? difference.recorded() + " -> " + difference.replayed()
                    : difference.recorded() + difference.replayed();
            out.printf("%-8s %s  %s  %s  %s%n", kind, difference.at(), told.sourceId(), difference.what(), says);
        }
        out.flush();
    }

    void total(Replay replay) {
        long missing = replay.differences(Differences.Kind.MISSING);
        long added = replay.differences(Differences.Kind.NEW);
        long changed = replay.differences(Differences.Kind.CHANGED);
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("frames", replay.frames());
            object.put("recorded", replay.concluded());
            object.put("missing", missing);
            object.put("new", added);
            object.put("changed", changed);
            object.put("foreign", replay.foreign());
            object.put("unreadable", replay.unreadable());
            out.println(JsonObject.of(object));
        } else {
            out.printf(
                    "%d frames, %d events and verdicts recorded: %d missing, %d new, %d changed%n",
                    replay.frames(), replay.concluded(), missing, added, changed);
        }
        out.flush();
        replay.firstUnreadable()
                .ifPresent(first -> err.println(
                        "ringsight: " + replay.unreadable() + " messages could not be read; the first: " + first));
    }
}
