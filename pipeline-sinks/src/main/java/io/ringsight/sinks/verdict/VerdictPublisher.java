package io.ringsight.sinks.verdict;

import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.MessageWatcher;
import io.ringsight.sinks.PictureKeeper;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each verdict in its source's journal and then hands it to every sink, without waiting for any. One that cannot be
 * kept becomes {@code unknown}: its part is {@code unknown} after a restart, too. Any thread, one at a time (it locks).
 */
public final class VerdictPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(VerdictPublisher.class);

    private final MessageJson json;
    private final List<MessageSink> sinks;
    private final MessageWatcher watcher;
    private final PictureKeeper pictures;
    /** Whose verdicts cannot be kept now. */
    private final Set<SourceId> failing = new HashSet<>();

    /**
     * @param json its own
     * @param watcher sees each verdict before the sinks do
     * @param pictures of the frames
     */
    public VerdictPublisher(
            MessageJson json, List<? extends MessageSink> sinks, MessageWatcher watcher, PictureKeeper pictures) {
        this.json = json;
        this.sinks = List.copyOf(sinks);
        this.watcher = watcher;
        this.pictures = pictures;
    }

    /**
     * A verdict.
     *
     * @param frameSeq the last frame of the source that is known of
     * @return it as it was published
     */
    public synchronized Verdict publish(Verdict verdict, long frameSeq, VerdictJournal journal) {
        String evidence = evidence(verdict);
        EncodedMessage message = json.decision(verdict, frameSeq, evidence);
        if (isKept(verdict, message, journal)) {
            offer(message);
            return verdict;
        }
        Verdict unknown = verdict.unknown(Doubt.NOT_DURABLE);
        EncodedMessage instead = json.decision(unknown, frameSeq, evidence);
        journal.unkept(verdict.part().id(), instead);
        offer(instead);
        return unknown;
    }

    /** Of its frames the first whose picture is kept; null if none is. */
    private String evidence(Verdict verdict) {
        for (long frame : verdict.seen().frames()) {
            String uri = pictures.uri(verdict.sourceId(), frame);
            if (uri != null) {
                return uri;
            }
        }
        return null;
    }

    private boolean isKept(Verdict verdict, EncodedMessage message, VerdictJournal journal) {
        try {
            journal.judged(verdict.part().id(), message);
            failing.remove(verdict.sourceId());
            return true;
        } catch (IOException e) {
            if (failing.add(verdict.sourceId())) {
                LOG.error(
                        "{}: verdicts cannot be kept on the disk, so each part is unknown until they can: {}",
                        verdict.sourceId(),
                        e.toString());
            }
            return false;
        }
    }

    /** A verdict of a run before that may not have reached every sink: with its id and content. */
    public synchronized void again(EncodedMessage verdict) {
        offer(verdict);
    }

    private void offer(EncodedMessage message) {
        watcher.saw(message, 0);
        for (MessageSink sink : sinks) {
            sink.offer(message);
        }
    }
}
