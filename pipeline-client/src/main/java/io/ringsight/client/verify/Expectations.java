package io.ringsight.client.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a topic is judged by.
 *
 * @param sources that must have a message each
 * @param maxSilence the longest a source may say nothing, unless its last message said that it is over
 * @param strict whether duplicates, clocks that jump, late gaps, foreign records and what nobody can know any more
 *     are held against the topic, too
 */
public record Expectations(Set<String> sources, Optional<Duration> maxSilence, boolean strict) {
    /** Nothing but that each frame is told of, once and in order. */
    public static final Expectations NONE = new Expectations(Set.of(), Optional.empty(), false);

    public Expectations {
        sources = Set.copyOf(sources);
    }

    /**
     * Judges.
     *
     * @param silentMs how long each source said nothing
     * @param doubts what the caller knows that makes the findings prove nothing
     */
    public Judgement judge(Findings findings, Map<String, Long> silentMs, List<String> doubts) {
        List<String> wrong = wrong(findings, silentMs);
        List<String> open = new ArrayList<>(doubts);
        open.addAll(open(findings));
        Judgement.Answer answer = Judgement.Answer.COMPLETE;
        if (!wrong.isEmpty()) {
            answer = Judgement.Answer.INCOMPLETE;
        } else if (!open.isEmpty()) {
            answer = Judgement.Answer.CANNOT_TELL;
        }
        wrong.addAll(open);
        return new Judgement(answer, wrong);
    }

    private List<String> wrong(Findings findings, Map<String, Long> silentMs) {
        List<String> wrong = new ArrayList<>();
        add(wrong, findings.unaccounted(), "frames are in no message and no gap");
        add(
                wrong,
                findings.sum(Findings.Epoch::contradictions),
                "messages count wrongly, or frames that were counted before");
        add(wrong, findings.disorder(), "messages are out of order");
        missing(findings).forEach(source -> wrong.add("source " + source + " was expected and has no message"));
        maxSilence.ifPresent(longest -> silentMs.forEach((source, ms) -> {
            if (ms > longest.toMillis()) {
                wrong.add("source " + source + " said nothing for more than " + longest.toSeconds() + " s");
            }
        }));
        if (strict) {
            add(wrong, findings.duplicates(), "messages came twice");
            add(wrong, findings.sum(Findings.Epoch::timeJumps), "messages whose time went back or jumped");
            add(wrong, findings.sum(Findings.Epoch::lateGaps), "gap messages came late");
        }
        return wrong;
    }

    private List<String> open(Findings findings) {
        List<String> open = new ArrayList<>();
        if (findings.epochs().isEmpty()) {
            open.add("there is no message of Ringsight in what was read");
        } else if (findings.sum(Findings.Epoch::lastFrameSeq) == 0) {
            open.add("no message tells of a frame");
        }
        add(open, findings.unjudged(), "messages are of too many sources or of runs closed long ago");
        if (strict) {
            add(open, findings.foreign(), "records are no messages of Ringsight");
            add(open, findings.sum(Findings.Epoch::before), "frames were told of in records that are gone or not read");
            add(
                    open,
                    findings.epochs().stream()
                            .filter(epoch -> epoch.end().equals(Reasons.UNKNOWN))
                            .count(),
                    "runs ended without a word: what followed is unknown");
        }
        return open;
    }

    private Set<String> missing(Findings findings) {
        Set<String> missing = new TreeSet<>(sources);
        missing.removeAll(
                findings.bySource().stream().map(Findings.Source::sourceId).collect(Collectors.toSet()));
        return missing;
    }

    private static void add(List<String> reasons, long count, String what) {
        if (count > 0) {
            reasons.add(count + " " + what);
        }
    }
}
