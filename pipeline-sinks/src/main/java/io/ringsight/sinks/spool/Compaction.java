package io.ringsight.sinks.spool;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.GapJson;
import io.ringsight.sinks.Loss;
import io.ringsight.sinks.MessageType;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What remains of the oldest files of a spool when their frames are dropped: the gap messages, and in the place of each
 * run of dropped messages of a source one that counts them.
 */
final class Compaction {
    private static final String NUMBER_PREFIX = "s";

    private final long committed;
    private final long handedOver;
    private final boolean keepsGaps;
    private final String cause;
    private final GapJson gaps;
    private final Map<SourceId, Run> runs = new HashMap<>();
    private final List<SpoolEntry> kept = new ArrayList<>();
    private int dropped;
    private int added;
    private boolean isDamaged;

    /** Of each source the gap that tells of damage, while nothing else came after it. */
    private final Map<SourceId, SpoolEntry> lastUnknown = new HashMap<>();

    private static final class Run {
        private final Loss loss;
        /** What is all of the run, if it needs no new message. */
        private SpoolEntry only;

        private int messages;
        private long lastOffset;
        private long lastNs;

        Run(Loss loss, SpoolEntry only) {
            this.loss = loss;
            this.only = only;
        }
    }

    /**
     * @param committed entries before it are answered and left out
     * @param handedOver entries before it are on their way, or may be, and kept
     * @param keepsGaps whether gap messages of other reasons are kept
     * @param cause why, for people
     */
    Compaction(long committed, long handedOver, boolean keepsGaps, String cause, GapJson gaps) {
        this.committed = committed;
        this.handedOver = handedOver;
        this.keepsGaps = keepsGaps;
        this.cause = cause;
        this.gaps = gaps;
    }

    /** The oldest files with entries, up to the first whose frames were not dropped yet. */
    static List<Segment> victims(List<Segment> segments) {
        List<Segment> victims = new ArrayList<>();
        boolean hasRaw = false;
        for (int i = 0; i < segments.size() && !hasRaw; i++) {
            if (segments.get(i).entries > 0) {
                victims.add(segments.get(i));
                hasRaw = segments.get(i).isRaw();
            }
        }
        return victims;
    }

    /** Takes the entries of the next file. One that somebody deleted counts as damaged. */
    void add(Segment segment) throws IOException {
        try (SegmentReader reader = new SegmentReader(segment)) {
            for (SpoolEntry entry = reader.next(segment.bytes); entry != null; entry = reader.next(segment.bytes)) {
                add(entry);
            }
            isDamaged |= !reader.damage().isEmpty();
        } catch (NoSuchFileException expected) {
            // recovery tells which messages are lost
            isDamaged = true;
        }
    }

    private void add(SpoolEntry entry) {
        if (entry.offset() < committed) {
            return;
        }
        EncodedMessage message = entry.message();
        boolean counts = countsDropped(message);
        boolean isUnknown = Chains.tellsOfDamage(message.messageId());
        if (isUnknown && dropsFormer(message)) {
            kept.removeIf(former -> former == lastUnknown.get(message.sourceId()));
            dropped++;
        }
        if (isUnknown) {
            end(message.sourceId());
            kept.add(entry);
            lastUnknown.put(message.sourceId(), entry);
            return;
        }
        lastUnknown.remove(message.sourceId());
        if (entry.offset() < handedOver || keepsGaps && message.type() != MessageType.FRAME && !counts) {
            end(message.sourceId());
            kept.add(entry);
            return;
        }
        Run run = runs.get(message.sourceId());
        if (run != null && run.loss.continues(message)) {
            run.loss.add(message);
            run.only = null;
        } else {
            end(message.sourceId());
            run = new Run(new Loss(message, GapReason.SPOOL_FULL, cause), counts ? entry : null);
            runs.put(message.sourceId(), run);
        }
        run.messages++;
        run.lastOffset = entry.offset();
        run.lastNs = entry.appendedNs();
    }

    /** Whether the gap that was kept just before tells no more than this one: all since the message before is unknown. */
    private boolean dropsFormer(EncodedMessage message) {
        SpoolEntry former = lastUnknown.get(message.sourceId());
        return former != null
                && former.offset() >= handedOver
                && former.message().key().streamEpoch().equals(message.key().streamEpoch())
                && !runs.containsKey(message.sourceId());
    }

    /** Whether it is a message an earlier compaction made. */
    private static boolean countsDropped(EncodedMessage message) {
        String id = message.messageId();
        return message.type() != MessageType.FRAME && id.startsWith(NUMBER_PREFIX, id.lastIndexOf('/') + 1);
    }

    private void end(SourceId sourceId) {
        Run run = runs.remove(sourceId);
        if (run == null) {
            return;
        }
        if (run.only != null) {
            kept.add(run.only);
            return;
        }
        // no two runs of a source and epoch end with the same offset, whatever process made them
        EncodedMessage gap = gaps.lost(run.loss, NUMBER_PREFIX + (run.lastOffset + 1));
        // when the gap began, in case it grows
        EncodedMessage dated =
                new EncodedMessage(gap.key(), gap.type(), run.loss.sinceUtcNs(), gap.losses(), gap.bytes());
        kept.add(new SpoolEntry(run.lastOffset, dated, run.lastNs));
        dropped += run.messages;
        added++;
    }

    /** What remains, in order. Once, at the end. */
    List<SpoolEntry> rest() {
        List.copyOf(runs.keySet()).forEach(this::end);
        kept.sort(Comparator.comparingLong(SpoolEntry::offset));
        return kept;
    }

    /** Messages that are counted in gap messages now. */
    int dropped() {
        return dropped;
    }

    /** Gap messages made. */
    int added() {
        return added;
    }

    /** Whether a file held anything but records: then it has to be repaired first. */
    boolean isDamaged() {
        return isDamaged;
    }
}
