package io.ringsight.app.command;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.Judgement;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code ringsight verify} says: as a table, as JSON, and in the log. */
final class VerifyText {
    private static final int MAX_PLACES = 5;

    private VerifyText() {}

    static Map<String, Object> object(Findings findings, Judgement judgement) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("answer", judgement.answer().wireName());
        object.put("reasons", judgement.reasons());
        object.put("frames", findings.frames());
        object.put("gapFrames", findings.gapFrames());
        object.put("unaccounted", findings.unaccounted());
        object.put("duplicates", findings.duplicates());
        object.put("disorder", findings.disorder());
        object.put("lateGaps", findings.sum(Findings.Epoch::lateGaps));
        object.put("healed", findings.sum(Findings.Epoch::healed));
        object.put("sources", findings.sources());
        object.put("contradictions", findings.sum(Findings.Epoch::contradictions));
        object.put("timeJumps", findings.sum(Findings.Epoch::timeJumps));
        object.put("before", findings.sum(Findings.Epoch::before));
        object.put("foreign", findings.foreign());
        object.put("unjudged", findings.unjudged());
        object.put("others", findings.others());
        object.put("epochs", findings.epochs().stream().map(VerifyText::object).toList());
        return object;
    }

    private static Map<String, Object> object(Findings.Epoch epoch) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("sourceId", epoch.sourceId());
        object.put("streamEpoch", epoch.streamEpoch());
        object.put("lastFrameSeq", epoch.lastFrameSeq());
        object.put("frames", epoch.frames());
        object.put("gapFrames", epoch.gapFrames());
        object.put("unaccounted", epoch.unaccounted());
        object.put("duplicates", epoch.duplicates());
        object.put("disorder", epoch.disorder());
        object.put("lateGaps", epoch.lateGaps());
        object.put("healed", epoch.healed());
        object.put("contradictions", epoch.contradictions());
        object.put("timeJumps", epoch.timeJumps());
        object.put("before", epoch.before());
        object.put("end", epoch.end());
        return object;
    }

    /** The JSON of a topic that could not be read to its end. */
    static Map<String, Object> error(String sentence) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("answer", Judgement.Answer.CANNOT_TELL.wireName());
        object.put("reasons", List.of(sentence));
        return object;
    }

    static void print(PrintWriter out, Findings findings, Judgement judgement) {
        if (!findings.epochs().isEmpty()) {
            table(out, findings);
        }
        remarks(out, findings);
        out.println(
                switch (judgement.answer()) {
                    case COMPLETE -> "complete: every frame is in a message or a gap, once and in order";
                    case INCOMPLETE -> "NOT complete: " + String.join("; ", judgement.reasons());
                    case CANNOT_TELL -> "cannot tell: " + String.join("; ", judgement.reasons());
                });
    }

    private static void table(PrintWriter out, Findings findings) {
        String row = "%-20s %-26s %10s %10s %11s %10s %8s%n";
        out.printf(row, "source", "epoch", "frames", "in gaps", "unaccounted", "duplicates", "disorder");
        for (Findings.Epoch epoch : findings.epochs()) {
            out.printf(
                    row,
                    epoch.sourceId(),
                    epoch.streamEpoch(),
                    epoch.frames(),
                    sum(epoch.gapFrames()),
                    epoch.unaccounted(),
                    epoch.duplicates(),
                    epoch.disorder());
        }
        out.printf(
                row,
                "all",
                "",
                findings.frames(),
                sum(findings.gapFrames()),
                findings.unaccounted(),
                findings.duplicates(),
                findings.disorder());
    }

    private static long sum(Map<String, Long> gapFrames) {
        return gapFrames.values().stream().mapToLong(frames -> frames).sum();
    }

    private static void remarks(PrintWriter out, Findings findings) {
        findings.gapFrames().forEach((reason, frames) -> out.printf("frames in gaps, %s: %d%n", reason, frames));
        remark(out, "messages whose counts do not add up", findings.sum(Findings.Epoch::contradictions));
        remark(out, "messages whose time went back or jumped", findings.sum(Findings.Epoch::timeJumps));
        remark(out, "gap messages that came later than they belong", findings.sum(Findings.Epoch::lateGaps));
        remark(
                out,
                "frames in gaps whose messages were sent again later (healed)",
                findings.sum(Findings.Epoch::healed));
        remark(
                out,
                "runs that ended without a word (what followed their last message is unknown)",
                findings.epochs().stream()
                        .filter(epoch -> epoch.end().equals("unknown"))
                        .count());
        remark(
                out,
                "frames told of in records that are gone (retention) or were not read (--since)",
                findings.sum(Findings.Epoch::before));
        remark(out, "messages that are not about frames, such as events", findings.others());
        remark(out, "records that are no messages of Ringsight", findings.foreign());
    }

    private static void remark(PrintWriter out, String what, long count) {
        if (count > 0) {
            out.println(what + ": " + count);
        }
    }

    /** Where frames are missing or counted twice, for the log; empty if nowhere. */
    static String where(Findings findings) {
        List<String> where = findings.epochs().stream()
                .filter(epoch -> epoch.unaccounted() > 0 || epoch.contradictions() > 0 || epoch.disorder() > 0)
                .limit(MAX_PLACES)
                .map(epoch -> epoch.sourceId() + " in " + epoch.streamEpoch())
                .toList();
        return where.isEmpty() ? "" : " (" + String.join(", ", where) + ")";
    }

    static String setBack(Findings.Source source) {
        return "the clock of source " + source.sourceId() + " was set back, by " + (source.setBackMs() + 999) / 1_000
                + " s in all: its messages cannot tell whether it was silent for too long meanwhile";
    }

    static String missingRecords(long count) {
        return count + " records between others are gone: the topic is compacted (set cleanup.policy=delete), or"
                + " another program writes to it in transactions";
    }
}
