package io.ringsight.sinks.spool;

import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.GapJson;
import io.ringsight.sinks.MessageKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Follows each source's messages through the spool's files, in order, and finds what is missing: each message names the
 * frame of the message before it. For each hole it makes a gap message of reason {@code unknown} at an offset where no
 * entry is.
 */
final class Chains {
    /** Holes further back than so many free spans are not told: nothing a disk does makes them. */
    private static final int MAX_FREE = 10_000;

    private static final String NUMBER_PREFIX = "d";

    private final GapJson gaps;
    private final long wanted;
    private final Map<SourceId, Link> links = new HashMap<>();
    /** The last offset of each source and run. */
    private final Map<String, Long> lastOfRun = new HashMap<>();
    /** Spans of offsets without an entry, by their last; values are their first. */
    private final TreeMap<Long, Long> free = new TreeMap<>();

    private final List<SpoolEntry> found = new ArrayList<>();
    private long nextOffset;
    private long lastAppendedNs;
    private boolean isBeginningDamaged;

    private record Link(String streamEpoch, long frameSeq, long offset, long utcNs) {}

    /** @param wanted what lies before this offset was answered: no word of it */
    Chains(Clock clock, long wanted) {
        gaps = new GapJson(clock);
        this.wanted = wanted;
        nextOffset = Math.max(0, wanted);
    }

    /** Something was damaged here: what a source seen first afterwards had before is not known. */
    void damaged() {
        isBeginningDamaged = true;
    }

    /** A record whose head alone is whole. */
    void lost(SpoolFormat.Head head) {
        isBeginningDamaged = true;
        if (head.offset() >= nextOffset) {
            Facts facts = head.facts();
            lastAppendedNs = facts.appendedNs();
            passed(head.offset());
            follow(facts.key(), head.offset(), facts.utcNs());
            found.add(gap(facts.key(), facts.key().frameSeq(), facts.utcNs(), facts.utcNs(), head.offset()));
        }
    }

    /** The next entry. */
    void add(SpoolEntry entry) {
        MessageKey key = entry.message().key();
        long utcNs = entry.message().utcNs();
        Link before = links.get(key.sourceId());
        boolean known = before != null && before.streamEpoch.equals(key.streamEpoch());
        boolean isHole = known ? key.prevFrameSeq() > before.frameSeq : isBeginningDamaged && key.prevFrameSeq() > 0;
        lastAppendedNs = entry.appendedNs();
        passed(entry.offset());
        if (isHole && entry.offset() > wanted) {
            Long offset = takeFree(known ? before.offset : wanted - 1, entry.offset());
            if (offset != null) {
                long sinceUtcNs = known ? before.utcNs : utcNs;
                found.add(gap(key, key.prevFrameSeq(), sinceUtcNs, utcNs, offset));
            }
        }
        follow(key, entry.offset(), utcNs);
        if (known && key.frameSeq() < before.frameSeq) {
            // what covers no frames may name an earlier one
            links.put(key.sourceId(), new Link(key.streamEpoch(), before.frameSeq, entry.offset(), utcNs));
        }
    }

    private void follow(MessageKey key, long offset, long utcNs) {
        links.put(key.sourceId(), new Link(key.streamEpoch(), key.frameSeq(), offset, utcNs));
        lastOfRun.merge(run(key.sourceId(), key.streamEpoch()), offset, Math::max);
    }

    private void passed(long offset) {
        if (offset > nextOffset) {
            free.put(offset - 1, nextOffset);
            if (free.size() > MAX_FREE) {
                free.pollFirstEntry();
            }
        }
        nextOffset = Math.max(nextOffset, offset + 1);
    }

    /** The last free offset between two others, which is free no more; null if there is none. */
    private Long takeFree(long after, long before) {
        Map.Entry<Long, Long> span = free.lowerEntry(before);
        if (span == null || span.getKey() <= after) {
            return null;
        }
        free.remove(span.getKey());
        if (span.getValue() < span.getKey()) {
            free.put(span.getKey() - 1, span.getValue());
        }
        return span.getKey();
    }

    /** What the spool's state knows of a source's last message, if that is not there any more. */
    void end(SpoolState.Position last) {
        Link known = links.get(last.sourceId());
        if (known == null || known.offset < last.offset()) {
            tellEnd(last, known == null ? last.utcNs() : known.utcNs, nextOffset++);
        }
    }

    /** As {@link #end}, of a run before the source's last one: told where it was, before what came after it. */
    void endBefore(SpoolState.Position last) {
        if (lastOfRun.getOrDefault(run(last.sourceId(), last.streamEpoch()), -1L) < last.offset()) {
            long offset = last.offset() < nextOffset ? takeAt(last.offset()) : last.offset();
            passed(offset);
            tellEnd(last, last.utcNs(), offset);
        }
    }

    private void tellEnd(SpoolState.Position last, long sinceUtcNs, long offset) {
        MessageKey key = new MessageKey(last.sourceId(), last.streamEpoch(), "", last.frameSeq(), last.frameSeq());
        found.add(gap(key, last.frameSeq(), sinceUtcNs, last.utcNs(), offset));
    }

    /** This offset, which is free no more, or another free one if a gap took it; at the end if there is none. */
    private long takeAt(long offset) {
        Map.Entry<Long, Long> span = free.ceilingEntry(offset);
        if (span == null || span.getValue() > offset) {
            Long other = takeFree(wanted - 1, nextOffset);
            return other != null ? other : nextOffset++;
        }
        free.remove(span.getKey());
        if (span.getValue() < offset) {
            free.put(offset - 1, span.getValue());
        }
        if (offset < span.getKey()) {
            free.put(span.getKey(), offset + 1);
        }
        return offset;
    }

    private static String run(SourceId sourceId, String streamEpoch) {
        return sourceId + "/" + streamEpoch;
    }

    private SpoolEntry gap(MessageKey key, long frameSeq, long sinceUtcNs, long untilUtcNs, long offset) {
        String number = NUMBER_PREFIX + (offset + 1);
        return new SpoolEntry(
                offset,
                gaps.damaged(key.sourceId(), key.streamEpoch(), frameSeq, sinceUtcNs, untilUtcNs, number),
                lastAppendedNs);
    }

    /** Whether it is a message made here. */
    static boolean tellsOfDamage(String messageId) {
        return messageId.startsWith(NUMBER_PREFIX, messageId.lastIndexOf('/') + 1);
    }

    /** The gap messages made so far. */
    List<SpoolEntry> found() {
        return found;
    }
}
