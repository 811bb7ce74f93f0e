package io.ringsight.app.tools.demo;

import io.ringsight.app.tools.demo.Scoreboard.Mark;
import io.ringsight.app.tools.demo.Scoreboard.Score;
import io.ringsight.client.Detection;
import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.GapMessage;
import io.ringsight.client.VerdictMessage;
import io.ringsight.client.verify.Findings;
import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.synthetic.DefectKind;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo prints. On a terminal: messages scroll by in colour above one line that is kept up to date. Elsewhere:
 * plain lines. One thread.
 */
final class Screen {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final int MAX_OBJECTS = 6;
    private static final String ERASE_LINE = "\r\033[2K";

    /** Colours of ECMA-48. */
    private enum Style {
        PLAIN("0"),
        BOLD("1"),
        DIM("2"),
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        CYAN("36");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    private final PrintWriter out;
    private final boolean terminal;
    private String live = "";

    Screen(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** A line on what happens. */
    void step(String text) {
        line(styled(Style.DIM, "· ") + text);
    }

    /** What is about to be shown. */
    void heading(String text) {
        line(styled(Style.BOLD, text));
    }

    /** A gap read back. */
    void gap(GapMessage gap) {
        String detail = gap.detail().map(text -> ": " + text).orElse("");
        String text = String.format("%12s  %s  gap, %s%s", "", gap.identity().sourceId(), gap.reason(), detail);
        line(styled(Style.YELLOW, text));
    }

    /** A board's verdict read back. */
    void verdict(VerdictMessage verdict) {
        String grade = verdict.judgement().grade();
        Style style = switch (grade) {
            case "pass" -> Style.GREEN;
            case "reject" -> Style.RED;
            default -> Style.YELLOW;
        };
        String why = grade.equals("unknown")
                ? ", " + String.join(" ", verdict.judgement().reasons())
                : ", " + verdict.defects().size() + " defects";
        line(String.format(Locale.ROOT, "%12s  board %s: ", "", verdict.part().id())
                + styled(style, grade)
                + String.format(
                        Locale.ROOT,
                        "%s, %d frames, %.0f ms after it came",
                        why,
                        verdict.seen().frames().size(),
                        verdict.timing().tookMs()));
    }

    /** An event read back that people are to look at. */
    void event(EventMessage event) {
        if (event.what().severity().equals("info")) {
            return;
        }
        String who = event.subject().map(subject -> subject.label() + ' ').orElse("");
        String text = String.format(
                "%12s  %s: %s%s, %s",
                "",
                event.what().severity(),
                who,
                event.what().event(),
                event.what().sentence().orElse(event.what().name()));
        line(styled(event.what().severity().equals("alarm") ? Style.RED : Style.YELLOW, text));
    }

    /**
     * A frame's message read back.
     *
     * @param score what it is worth, or null where no truth is known
     * @param readAfterMs milliseconds since the frame was taken; NaN when unknown
     */
    void frame(FrameMessage frame, Score score, double readAfterMs) {
        StringBuilder text = new StringBuilder(
                frame.times().capture().utc().map(TIME::format).orElse(""));
        text.append(String.format(
                Locale.ROOT,
                "  %s %6d  ",
                frame.identity().sourceId(),
                frame.coverage().frameSeq()));
        text.append(styled(Style.DIM, String.format(Locale.ROOT, "%5.0f ms", readAfterMs)))
                .append("  ");
        text.append(objects(frame.objects(), score));
        long lost = frame.coverage().lost();
        if (lost > 0) {
            text.append(styled(Style.YELLOW, "  (" + lost + " lost before it, counted)"));
        }
        line(text.toString());
    }

    private String objects(List<Detection> objects, Score score) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < objects.size() && i < MAX_OBJECTS; i++) {
            Detection found = objects.get(i);
            String text = found.track()
                    .flatMap(Detection.Track::speed)
                    .map(speed -> String.format(
                            Locale.ROOT, "%s %.0f±%.0f km/h", found.label(), speed.kmh(), speed.uncertaintyKmh()))
                    .orElse(String.format(Locale.ROOT, "%s %.2f", found.label(), found.confidence()));
            parts.add(
                    score == null
                            ? styled(Style.CYAN, text)
                            : judged(text, score.marks().get(i)));
        }
        if (objects.size() > MAX_OBJECTS) {
            parts.add("and " + (objects.size() - MAX_OBJECTS) + " more");
        }
        if (score != null && !score.missed().isEmpty()) {
            parts.add(styled(
                    Style.YELLOW,
                    "missed "
                            + String.join(
                                    " ",
                                    score.missed().stream()
                                            .map(DefectKind::label)
                                            .toList())));
        }
        return parts.isEmpty() ? styled(Style.DIM, "nothing found") : String.join("  ", parts);
    }

    private String judged(String text, Mark mark) {
        return switch (mark) {
            case RIGHT -> styled(Style.GREEN, text);
            case CUT -> styled(Style.DIM, text);
            case FALSE -> styled(Style.RED, terminal ? text : text + " (false)");
        };
    }

    /** The line that is kept up to date, below 80 columns so that it never wraps; elsewhere than on a terminal a line as others. */
    void live(Tally tally, Scoreboard scoreboard, TrafficBoard traffic) {
        String text = String.format(
                Locale.ROOT,
                "%5.1f fps  p50 %.0f ms  p99 %.0f ms  %d messages  %d lost",
                tally.fps(),
                tally.processing().ms(0.5),
                tally.processing().ms(0.99),
                tally.frames() + tally.gaps(),
                tally.lost());
        if (scoreboard != null && !Double.isNaN(scoreboard.fScore())) {
            text += String.format(Locale.ROOT, "  F-score %.2f", scoreboard.fScore());
        }
        if (!traffic.isEmpty()) {
            text = String.format(
                    Locale.ROOT,
                    "%5.1f fps  %d vehicles, %d crossings, mean %.0f km/h",
                    tally.fps(),
                    traffic.vehicles(),
                    traffic.crossings(),
                    traffic.meanKmh());
        }
        if (terminal) {
            live = styled(Style.BOLD, text);
            out.print(ERASE_LINE + live);
            out.flush();
        } else {
            out.println(text);
        }
    }

    /** Ends the line that is kept up to date. */
    void endLive() {
        if (!live.isEmpty()) {
            live = "";
            out.print(ERASE_LINE);
        }
        out.println();
    }

    /** The figures at the end. */
    void summary(Tally tally, Findings findings, Scoreboard scoreboard) {
        line(String.format(
                Locale.ROOT,
                "read back   %d messages: %d frames in %.1f s, %.1f fps; %d objects; %d gaps",
                tally.frames() + tally.gaps(),
                tally.frames(),
                tally.seconds(),
                tally.fps(),
                tally.objects(),
                tally.gaps()));
        if (tally.frames() == 0) {
            line(styled(Style.RED, "            no frame came: the gaps above say why"));
        } else {
            line(durations("latency", "decoded to published", tally.processing()));
            line(durations("", "captured to read back", tally.wholeWay()));
        }
        String account = String.format(
                Locale.ROOT,
                "account     %d frames: %d in messages, %d in gaps%s, %d unaccounted, %d duplicates, %d out of order",
                findings.sum(Findings.Epoch::lastFrameSeq),
                findings.frames(),
                findings.gapFrames().values().stream()
                        .mapToLong(Long::longValue)
                        .sum(),
                findings.gapFrames().isEmpty() ? "" : " " + findings.gapFrames(),
                findings.unaccounted(),
                findings.duplicates(),
                findings.disorder());
        line(styled(findings.isComplete() ? Style.GREEN : Style.RED, account));
        if (scoreboard != null && tally.frames() > 0) {
            table(scoreboard);
        }
    }

    /** What crossed the lines, if anything did. */
    void traffic(TrafficBoard traffic) {
        if (traffic.isEmpty()) {
            return;
        }
        line("");
        line(styled(
                Style.BOLD,
                String.format("%-16s %8s %10s %8s %10s", "line", "forward", "mean km/h", "backward", "mean km/h")));
        traffic.lines()
                .forEach((name, flows) -> line(String.format(
                        Locale.ROOT,
                        "%-16s %8d %10s %8d %10s",
                        name,
                        flows.forward().count(),
                        kmh(flows.forward()),
                        flows.backward().count(),
                        kmh(flows.backward()))));
    }

    private static String kmh(TrafficBoard.Flow flow) {
        return flow.known() == 0 ? "-" : String.format(Locale.ROOT, "%.1f", flow.sumKmh() / flow.known());
    }

    private static String durations(String name, String what, Tally.Durations durations) {
        return String.format(
                Locale.ROOT,
                "%-11s %-21s  p50 %6.1f ms   p99 %6.1f ms",
                name,
                what,
                durations.ms(0.5),
                durations.ms(0.99));
    }

    private void table(Scoreboard scoreboard) {
        line("");
        line(styled(Style.BOLD, String.format("%-12s %8s %8s %8s %8s", "defect", "known", "found", "missed", "false")));
        for (DefectKind kind : DefectKind.values()) {
            long right = scoreboard.right(kind);
            long missed = scoreboard.missed(kind);
            line(String.format(
                    Locale.ROOT,
                    "%-12s %8d %8s %8s %8s",
                    kind.label(),
                    right + missed,
                    right,
                    missed,
                    scoreboard.wrong(kind)));
        }
        line(String.format(
                Locale.ROOT,
                "%-12s %.3f at IoU %.2f, each defect counted in every frame that shows the whole of it",
                "F-score",
                scoreboard.fScore(),
                Scoreboard.MIN_IOU));
    }

    private void line(String text) {
        String redacted = Redaction.text(text);
        if (live.isEmpty()) {
            out.println(redacted);
        } else {
            out.print(ERASE_LINE + redacted + System.lineSeparator() + live);
        }
        out.flush();
    }

    private String styled(Style style, String text) {
        return terminal ? "\033[" + style.code + "m" + text + "\033[" + Style.PLAIN.code + "m" : text;
    }
}
