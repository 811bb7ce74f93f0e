package io.ringsight.app.tools.replay;

import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.SharedAnalysis;
import io.ringsight.core.analyse.SourceAnalysis;
import io.ringsight.core.analyse.event.EventNumbers;
import io.ringsight.core.analyse.track.TrackNumbers;
import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.analyse.verdict.Appearance;
import io.ringsight.core.analyse.verdict.PartLine;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.SourceMetrics;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One run of one source, analysed once more from its messages, in the time that they tell. Messages wait for {@value #AHEAD_S}
 * seconds of that time, because a part is known by its verdict only, which comes after its frames. One thread.
 */
final class ReplayedSource {
    /** Longer than the longest deadline of a verdict. */
    private static final long AHEAD_S = 15;

    private static final long AHEAD_NS = AHEAD_S * 1_000_000_000L;
    /** Bounds the messages that wait: ten seconds of 400 frames each. */
    private static final int MAX_WAITING = 4_096;
    /** As often as the daemon looks. */
    private static final long LOOK_NS = 5_000_000L;

    private static final long NS_PER_MS = 1_000_000L;

    /** A part as the recording knows it, and when it was announced. */
    private record Announced(Announcement announcement, long atNs) {}

    private final SourceAnalysis analysis;
    private final SharedAnalysis shared = new SharedAnalysis(new TrackNumbers());
    private final RecordedFrame frame;
    private final Differences differences;
    private final RecordedClock clock = new RecordedClock();
    private final Deque<Message> waiting = new ArrayDeque<>();
    private final PriorityQueue<Announced> announced = new PriorityQueue<>(Comparator.comparingLong(Announced::atNs));
    private final List<Decision> decisions = new ArrayList<>();
    private final FrameLosses losses = new FrameLosses();
    /** Null where parts are not judged. */
    private final PartLine line;

    private long newestNs = Long.MIN_VALUE;

    /** @param appearance sees parts that announce themselves */
    ReplayedSource(
            SourceId id, AnalysisSpec spec, RecordedFrame frame, Appearance appearance, Differences differences) {
        this.frame = frame;
        this.differences = differences;
        analysis = spec.isWanted()
                ? new SourceAnalysis(id, spec, new EventNumbers(), new SourceMetrics(id.value()))
                : null;
        line = spec.parts()
                .map(parts -> new PartLine(id, parts, appearance, new AtomicLong()::incrementAndGet, kept -> {}, clock))
                .orElse(null);
    }

    /** The next message of the run. */
    void add(Message message) {
        waiting.add(message);
        newestNs = Math.max(newestNs, RecordedFrame.utcNs(message.publishedAt()));
        if (line != null && message instanceof VerdictMessage verdict) {
            announced.add(announced(verdict));
        }
        while (waiting.size() > MAX_WAITING
                || newestNs - RecordedFrame.utcNs(waiting.peek().publishedAt()) > AHEAD_NS) {
            replay(waiting.remove());
        }
    }

    private static Announced announced(VerdictMessage verdict) {
        VerdictMessage.Part part = verdict.part();
        Optional<Recipe> recipe = part.recipe().isEmpty() && part.revision().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Recipe(part.recipe().orElse(""), part.revision().orElse("")));
        long tookNs = Math.round(verdict.timing().tookMs() * NS_PER_MS);
        return new Announced(
                new Announcement(part.id(), recipe, RecordedFrame.utcNs(part.at())),
                RecordedFrame.utcNs(verdict.timing().decidedAt()) - tookNs);
    }

    /** There are no more messages of this run. */
    void end() {
        waiting.forEach(this::replay);
        waiting.clear();
        if (line != null) {
            line.stop().forEach(differences::replayed);
        }
    }

    private void replay(Message message) {
        advance(RecordedFrame.utcNs(message.publishedAt()));
        if (message instanceof FrameMessage told) {
            frame(told);
        } else if (message instanceof GapMessage gap) {
            gap(gap);
        } else if (message instanceof EventMessage event) {
            differences.recorded(event);
        } else if (message instanceof VerdictMessage verdict) {
            differences.recorded(verdict);
        }
    }

    /** Lets time pass: parts come, and what is due is judged. */
    private void advance(long toNs) {
        while (line != null && clock.nanoTime() < toNs) {
            Announced next = announced.peek();
            long nextNs = next == null ? toNs : Math.min(toNs, Math.max(clock.nanoTime(), next.atNs));
            clock.set(line.openParts() > 0 ? Math.min(nextNs, clock.nanoTime() + LOOK_NS) : nextNs);
            if (next != null && next.atNs <= clock.nanoTime()) {
                line.announce(announced.remove().announcement);
            }
            line.judge().forEach(differences::replayed);
        }
        clock.set(Math.max(clock.nanoTime(), toNs));
    }

    private void frame(FrameMessage told) {
        frame.of(told);
        if (analysis != null) {
            analysis.frame(frame, shared, decisions);
            tell();
        }
        if (line != null) {
            line.watch().frame(frame, frame.losses());
            line.judge().forEach(differences::replayed);
        }
    }

    private void gap(GapMessage gap) {
        GapReason reason = RecordedFrame.reason(gap.reason(), GapReason.DISCONNECTED);
        if (analysis != null && !reason.isSuspicion()) {
            analysis.interrupted();
        }
        if (line != null) {
            RecordedFrame.count(gap.coverage().gaps(), losses);
            long untilNs = gap.span().until().map(RecordedFrame::utcNs).orElse(Picture.UNKNOWN);
            Instant since = gap.span().since();
            line.watch().gap(gap.coverage().frameSeq(), reason, RecordedFrame.utcNs(since), untilNs, losses);
            line.judge().forEach(differences::replayed);
        }
    }

    private void tell() {
        for (Decision decision : decisions) {
            if (decision instanceof Event event) {
                differences.replayed(event);
            }
        }
        decisions.clear();
    }
}
