package io.ringsight.app.tools.replay;

import io.ringsight.client.EventMessage;
import io.ringsight.client.VerdictMessage;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.Picture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one source concluded when it was recorded, against what it concludes now. Two that are the same thing at the same time
 * are one; the other stays for {@value #WINDOW_S} seconds of the recording to be found. One thread.
 */
final class Differences {
    /** The time of an event is that of a frame, and another track may be confirmed some frames later. */
    private static final long SAME_NS = 1_000_000_000L;

    private static final long NS_PER_S = 1_000_000_000L;

    private static final long WINDOW_S = 30;
    private static final long WINDOW_NS = WINDOW_S * NS_PER_S;
    private static final int MAX_OPEN = 4_096;

    /** How two differ. */
    enum Kind {
        /** It is concluded no more. */
        MISSING,
        /** It was not concluded then. */
        NEW,
        /** It says something else. */
        CHANGED
    }

    /**
     * One difference.
     *
     * @param what event or part
     * @param at when it happened, or about when where the frame's time is unknown
     * @param recorded what was said then; empty of what is new
     * @param replayed what is said now; empty of what is missing
     */
    record Difference(Kind kind, String what, Instant at, String recorded, String replayed) {}

    /**
     * @param what it is, by what it is found
     * @param utcNs when it was
     * @param says what may differ
     */
    private record Conclusion(String what, long utcNs, String says) {
        boolean isSame(Conclusion other, boolean byTime) {
            return what.equals(other.what) && (!byTime || Math.abs(utcNs - other.utcNs) <= SAME_NS);
        }

        Instant at() {
            return Instant.ofEpochSecond(utcNs / NS_PER_S, utcNs % NS_PER_S);
        }
    }

    private final boolean partsAppear;
    private final Consumer<Difference> to;
    private final List<Conclusion> recorded = new ArrayList<>();
    private final List<Conclusion> replayed = new ArrayList<>();
    private long newestNs;

    /** @param partsAppear whether the ids of parts are numbers of tracks, and so others each time */
    Differences(boolean partsAppear, Consumer<Difference> to) {
        this.partsAppear = partsAppear;
        this.to = to;
    }

    void recorded(EventMessage event) {
        EventMessage.What what = event.what();
        add(
                new Conclusion(
                        title(what.event(), what.name(), what.direction().orElse(null)),
                        event.time().utc().map(RecordedFrame::utcNs).orElse(newestNs),
                        says(
                                what.severity(),
                                event.subject().map(EventMessage.Subject::label).orElse(null),
                                what.sentence().orElse(null))),
                recorded,
                replayed);
    }

    void replayed(Event event) {
        Event.What what = event.what();
        add(
                new Conclusion(
                        title(what.kind().wireName(), what.name(), what.direction()),
                        event.when().utcNs() == Picture.UNKNOWN
                                ? newestNs
                                : event.when().utcNs(),
                        says(
                                what.severity().wireName(),
                                event.subject() == null ? null : event.subject().label(),
                                what.sentence())),
                replayed,
                recorded);
    }

    private static String title(String kind, String name, String direction) {
        return kind + " '" + name + "'" + (direction == null ? "" : " " + direction);
    }

    private static String says(String severity, String label, String sentence) {
        return severity + (label == null ? "" : ", " + label) + (sentence == null ? "" : ": " + sentence);
    }

    void recorded(VerdictMessage verdict) {
        add(
                new Conclusion(
                        part(verdict.part().id()),
                        RecordedFrame.utcNs(verdict.part().at()),
                        says(
                                verdict.judgement().grade(),
                                verdict.judgement().reasons(),
                                verdict.defects().stream()
                                        .map(VerdictMessage.Defect::label)
                                        .toList())),
                recorded,
                replayed);
    }

    void replayed(Verdict verdict) {
        add(
                new Conclusion(
                        part(verdict.part().id()),
                        verdict.part().atUtcNs(),
                        says(
                                verdict.judgement().grade().wireName(),
                                verdict.judgement().doubts().stream()
                                        .map(Doubt::wireName)
                                        .toList(),
                                verdict.defects().stream()
                                        .map(Verdict.Defect::label)
                                        .toList())),
                replayed,
                recorded);
    }

    private String part(String id) {
        return partsAppear ? "part" : "part " + id;
    }

    private static String says(String grade, List<String> reasons, List<String> defects) {
        String all = Stream.of(reasons, defects)
                .map(Differences::counted)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
        return grade + (all.isEmpty() ? "" : " (" + all + ")");
    }

    /** Each name once, in the order of the alphabet: {@code open, 2 short}. */
    private static String counted(List<String> names) {
        return names.stream()
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(name -> (name.getValue() > 1 ? name.getValue() + " " : "") + name.getKey())
                .collect(Collectors.joining(", "));
    }

    /** Finds the other of {@code one} and tells how they differ, or keeps it until the other comes. */
    private void add(Conclusion one, List<Conclusion> own, List<Conclusion> others) {
        Optional<Conclusion> found = others.stream()
                .filter(other -> one.isSame(other, partsAppear || !one.what.startsWith("part ")))
                .findFirst();
        if (found.isPresent()) {
            others.remove(found.get());
            Conclusion then = own == recorded ? one : found.get();
            Conclusion now = own == recorded ? found.get() : one;
            if (!then.says.equals(now.says)) {
                to.accept(new Difference(Kind.CHANGED, then.what, then.at(), then.says, now.says));
            }
        } else {
            own.add(one);
        }
        newestNs = Math.max(newestNs, one.utcNs);
        forget(newestNs - WINDOW_NS);
    }

    private void forget(long beforeNs) {
        forget(recorded, beforeNs, Kind.MISSING);
        forget(replayed, beforeNs, Kind.NEW);
    }

    private void forget(List<Conclusion> open, long beforeNs, Kind kind) {
        Iterator<Conclusion> oldest = open.iterator();
        while (oldest.hasNext()) {
            Conclusion conclusion = oldest.next();
            if (conclusion.utcNs < beforeNs || open.size() > MAX_OPEN) {
                oldest.remove();
                boolean isNew = kind == Kind.NEW;
                to.accept(new Difference(
                        kind,
                        conclusion.what,
                        conclusion.at(),
                        isNew ? "" : conclusion.says,
                        isNew ? conclusion.says : ""));
            }
        }
    }

    /** Nothing more comes. */
    void end() {
        forget(Long.MAX_VALUE);
    }
}
