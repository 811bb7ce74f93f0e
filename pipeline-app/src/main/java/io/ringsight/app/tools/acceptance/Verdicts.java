package io.ringsight.app.tools.acceptance;

import java.io.PrintWriter;
import java.util.Locale;

/** The report: a line for each check, written as soon as it is known. */
final class Verdicts {
    private final PrintWriter file;
    private final PrintWriter screen;
    private int failed;

    Verdicts(PrintWriter file, PrintWriter screen) {
        this.file = file;
        this.screen = screen;
    }

    /** A title or figure. */
    void say(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values);
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

    int failed() {
        return failed;
    }
}
