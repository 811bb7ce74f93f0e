package io.ringsight.app.tools.acceptance;

import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.cli.Version;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The report: a line for each check, written as soon as it is known. */
final class Verdicts {
    private final PrintWriter file;
    private final PrintWriter screen;
    private final List<Map<String, String>> lines = new ArrayList<>();
    private int failed;

    Verdicts(PrintWriter file, PrintWriter screen) {
        this.file = file;
        this.screen = screen;
    }

    /** A title or figure. */
    void say(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values);
        note(line);
        for (PrintWriter out : new PrintWriter[] {file, screen}) {
            out.println(line);
            out.flush();
        }
    }

    /** What was required, and whether it was so. */
    void require(boolean met, String format, Object... values) {
        failed += met ? 0 : 1;
        say("%s %s", met ? "PASS" : "FAIL", String.format(Locale.ROOT, format, values));
    }

    /** What could not be tried, and why. */
    void skip(String what, String reason) {
        say("SKIP %s: %s", what, reason);
    }

    private void note(String line) {
        String first = line.substring(0, Math.max(0, line.indexOf(' ')));
        boolean isVerdict = List.of("PASS", "FAIL", "SKIP", "INFO").contains(first);
        Map<String, String> noted = new LinkedHashMap<>();
        noted.put("verdict", isVerdict ? first.toLowerCase(Locale.ROOT) : "");
        noted.put("text", isVerdict ? line.substring(first.length() + 1) : line.strip());
        lines.add(noted);
    }

    /** All of it as one JSON object. */
    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("gpuAcceptance", Version.current());
        all.put("failed", failed);
        all.put("lines", lines);
        return JsonObject.of(all) + "\n";
    }

    /** All of it as a page. */
    String page() {
        String rows = lines.stream()
                .map(line -> "<tr class=\"" + line.get("verdict") + "\"><td>"
                        + line.get("verdict").toUpperCase(Locale.ROOT) + "</td><td>" + escaped(line.get("text"))
                        + "</td></tr>")
                .collect(Collectors.joining("\n"));
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>ringsight gpu-acceptance</title>\n"
                + "<style>body{font:15px/1.5 sans-serif;margin:2em auto;max-width:70em;padding:0 1em}"
                + "td{padding:.3em .8em;border-top:1px solid #ccc;vertical-align:top}"
                + ".pass td:first-child{color:#186a3b}.fail td{color:#b03a2e;font-weight:bold}"
                + ".skip td:first-child{color:#9a6a00}</style></head>\n<body><h1>GPU acceptance: "
                + (failed == 0 ? "nothing failed" : failed + " failed") + "</h1>\n<table>\n" + rows
                + "\n</table></body></html>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    int failed() {
        return failed;
    }
}
