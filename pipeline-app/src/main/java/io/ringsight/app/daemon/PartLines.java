package io.ringsight.app.daemon;

import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.analyse.verdict.Announcement;
import io.ringsight.core.analyse.verdict.PartLine;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.verdict.PartTrigger;
import io.ringsight.core.analyse.verdict.PartWatch;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.run.Ticker;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import io.ringsight.sinks.review.Reviews;
import io.ringsight.sinks.verdict.VerdictJournal;
import io.ringsight.sinks.verdict.VerdictPublisher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources whose parts are judged, and the thread that judges them: it looks some hundred times a second, so that a
 * verdict is out by its deadline although no frame comes.
 *
 * <p><b>Threads.</b> Sources come and go by one thread at a time; any thread announces parts.
 */
final class PartLines {
    private static final Logger LOG = LoggerFactory.getLogger(PartLines.class);
    private static final Duration LOOK = Duration.ofMillis(5);

    /**
     * One source. Its metrics are there once it is connected. Who publishes its verdicts holds its lock, so that none is
     * still on its way to a sink when the source is over.
     */
    private static final class Judged {
        private final PartLine line;
        private final VerdictJournal journal;
        private volatile SourceMetrics metrics;
        private boolean isOver;

        Judged(PartLine line, VerdictJournal journal) {
            this.line = line;
            this.journal = journal;
        }
    }

    private final Map<SourceId, Judged> lines = new ConcurrentHashMap<>();
    /** By file, also of sources that are gone: sinks may still hold their verdicts. */
    private final Map<Path, VerdictJournal> journals = new ConcurrentHashMap<>();

    private final AtomicLong numbers = new AtomicLong();
    private final VerdictPublisher publisher;
    private final Optional<EvidenceRecorder> evidence;
    private final Reviews reviews;
    private final Clock clock;
    private Ticker ticker;

    /**
     * @param evidence who keeps pictures of sources, if somebody does
     * @param reviews remembers verdicts of sources; sees them by the publisher
     */
    PartLines(VerdictPublisher publisher, Optional<EvidenceRecorder> evidence, Reviews reviews, Clock clock) {
        this.reviews = reviews;
        this.publisher = publisher;
        this.evidence = evidence;
        this.clock = clock;
    }

    /**
     * Begins to judge what passes a source, if that is wanted. Returns who sees its frames, or null.
     *
     * @param video the source's, where it is held
     */
    PartWatch open(SourceConfig source, Optional<RecentVideo> video) {
        evidence.ifPresent(recorder -> recorder.watch(source.id(), source.analysis(), video));
        Optional<PartSpec> spec = source.analysis().parts();
        if (spec.isEmpty()) {
            return null;
        }
        VerdictJournal journal = journals.computeIfAbsent(
                spec.get().dir().resolve(source.id().value()),
                any -> new VerdictJournal(spec.get().dir(), source.id()));
        try {
            journal.open();
        } catch (IOException e) {
            LOG.error(
                    "{}: parts.dir: expected a directory of its own that can be written, but {}; each part is unknown"
                            + " until it can",
                    source.id(),
                    e.toString());
        }
        reviews.open(source.id(), spec.get().dir());
        PartLine line = new PartLine(
                source.id(),
                spec.get(),
                Appearances.of(source.spec(), spec.get().trigger()),
                numbers::incrementAndGet,
                said -> keep(source.id(), journal, said),
                clock);
        lines.put(source.id(), new Judged(line, journal));
        return line.watch();
    }

    /** How many pictures of the source may be held beside those it needs itself. */
    int heldPictures(SourceConfig source) {
        return evidence.isPresent() && EvidenceRecorder.holdsPicturesOf(source.analysis()) ? 1 : 0;
    }

    /** How much of the source's video is held for clips, if any. */
    Optional<RecentVideo.Limits> heldVideo(SourceConfig source) {
        return evidence.filter(recorder -> EvidenceRecorder.holdsPicturesOf(source.analysis()))
                .flatMap(recorder -> recorder.spec().clipLimits());
    }

    /** It is connected, and these are its counters. */
    void begin(SourceId source, SourceMetrics metrics) {
        Judged judged = lines.get(source);
        if (judged == null) {
            return;
        }
        judged.metrics = metrics;
        if (ticker == null) {
            ticker = Ticker.start("parts", LOOK, this::judge);
        }
    }

    /** Without it the part's verdict is unknown, which says the same. */
    private static void keep(SourceId source, VerdictJournal journal, Announcement said) {
        try {
            journal.announced(said);
        } catch (IOException e) {
            LOG.debug("{}: part {} could not be kept", source, said.partId(), e);
        }
    }

    /**
     * A part comes to a source.
     *
     * @param by who says so; only who is configured is believed
     * @return empty if there is no such source, or its parts are announced otherwise
     */
    Optional<PartLine.Announced> announce(PartTrigger.Kind by, SourceId source, Announcement announcement) {
        Judged judged = lines.get(source);
        return judged == null || judged.line.spec().trigger().kind() != by
                ? Optional.empty()
                : Optional.of(judged.line.announce(announcement));
    }

    private void judge() {
        lines.values().forEach(this::judge);
    }

    private void judge(Judged judged) {
        if (judged.metrics == null) {
            return;
        }
        synchronized (judged) {
            if (!judged.isOver) {
                finishLeft(judged);
                publish(judged, judged.line.judge());
            }
        }
    }

    private void finishLeft(Judged judged) {
        judged.journal.takeLeft().ifPresent(left -> finish(judged, left));
    }

    /** The run before ended without a word, or while a sink had not taken its verdicts. */
    private void finish(Judged judged, VerdictJournal.Left left) {
        left.again().forEach(publisher::again);
        publish(judged, left.unjudged().stream().map(judged.line::unseen).toList());
        LOG.warn(
                "{}: the run before did not end cleanly: {} parts had no verdict and are unknown, the last {} verdicts"
                        + " are handed to the sinks once more",
                judged.line.sourceId(),
                left.unjudged().size(),
                left.again().size());
    }

    private void publish(Judged judged, List<Verdict> verdicts) {
        for (Verdict verdict : verdicts) {
            Verdict published = publisher.publish(verdict, judged.line.frameSeq(), judged.journal);
            judged.metrics.count(
                    switch (published.judgement().grade()) {
                        case PASS -> Counter.VERDICTS_PASS;
                        case REWORK -> Counter.VERDICTS_REWORK;
                        case REJECT -> Counter.VERDICTS_REJECT;
                        case UNKNOWN -> Counter.VERDICTS_UNKNOWN;
                    });
        }
    }

    /** The source has stopped: what is open is unknown. Nothing if its parts are not judged. */
    void close(SourceId source) {
        Judged judged = lines.remove(source);
        if (judged != null && judged.metrics != null) {
            synchronized (judged) {
                publish(judged, judged.line.stop());
                // perhaps it could be read only now, and nobody comes back to it
                finishLeft(judged);
                judged.isOver = true;
            }
        }
    }

    /** All sources have stopped, and the sinks have not. */
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
        List.copyOf(lines.keySet()).forEach(this::close);
    }

    /**
     * The sinks have closed.
     *
     * @param isDelivered whether each has all verdicts, or keeps them on disk: else the next run hands the last ones over again
     */
    void close(boolean isDelivered) {
        for (VerdictJournal journal : journals.values()) {
            if (isDelivered) {
                journal.over();
            }
            journal.close();
        }
        reviews.close();
    }
}
