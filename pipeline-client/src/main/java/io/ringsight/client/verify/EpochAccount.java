package io.ringsight.client.verify;

import io.ringsight.client.CaptureTime;
import io.ringsight.client.MessageHead;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The account of one source in one run of the daemon. What it says does not depend on the order in which partitions are
 * read: a source may have moved to another one in the middle of a run.
 */
final class EpochAccount {
    /** Capture clocks that wander less against the host's between two frames are nothing to complain of. */
    private static final long MAX_APART_MS = 5_000;
    /** The clock of recordings, which may be read as fast as one likes. */
    private static final String RECORDING = "file";
    /** Holes remembered of a run that is not the source's newest. */
    private static final int MAX_OLD_RANGES = 256;

    private final String sourceId;
    private final String streamEpoch;
    private final FrameRanges frames = new FrameRanges();
    private final FrameRanges covered = new FrameRanges();
    private final FrameRanges removed = new FrameRanges();
    /** What a crash or damage left untold, as far as it is named; a message may tell of it all the same. */
    private final FrameRanges unknown = new FrameRanges();
    /** What messages tell that were lost first and sent again later. */
    private final FrameRanges resent = new FrameRanges();
    /** Of these, what a gap told: it may be told once. */
    private final FrameRanges resentTold = new FrameRanges();

    private final Map<Character, FrameRanges> gapNumbers = new HashMap<>();
    private final Map<String, Long> gapFrames = new TreeMap<>();
    private final Map<Integer, Long> lastByPartition = new HashMap<>();
    private long lastFrameSeq;
    private long unexplained;
    private long duplicates;
    private long disorder;
    private long lateGaps;
    private long healed;
    /** Whether anything was read that was not sent again. */
    private boolean isRead;

    private long contradictions;
    private long timeJumps;
    private long lastPublishedMs = Millis.NEVER;
    private long lastCaptureMs = Millis.NEVER;
    private long lastFramePublishedMs = Millis.NEVER;
    private String lastCaptureClock;
    private String end = Findings.OPEN;

    EpochAccount(String sourceId, String streamEpoch) {
        this.sourceId = sourceId;
        this.streamEpoch = streamEpoch;
    }

    /**
     * Adds the next message of a partition.
     *
     * @param recordsRemoved whether records of the partition before it were removed unread: what they told is not
     *     held against the daemon
     * @return whether it tells of something later than what was read of the run in this partition
     */
    boolean add(MessageHead message, int partition, boolean recordsRemoved) {
        if (isKnown(message)) {
            duplicates++;
            return false;
        }
        if (message.coverage().resent()) {
            heal(message);
            return false;
        }
        isRead = true;
        Long last = lastByPartition.get(partition);
        long lastHere = last == null ? 0 : last;
        if (recordsRemoved && !Reasons.isUnknown(message)) {
            removed.add(lastHere + 1, message.coverage().prevFrameSeq());
        }
        judgeOrder(message, lastHere);
        cover(message, lastHere);
        boolean isNewest = message.coverage().frameSeq() >= lastFrameSeq;
        if (isNewest) {
            end = message.reason().filter(Reasons.ENDS::contains).orElse(Findings.OPEN);
            lookAtTime(message);
        }
        if (!Reasons.isUnknown(message) || message.coverage().frames() > 0) {
            lastFrameSeq = Math.max(lastFrameSeq, message.coverage().frameSeq());
        }
        if (last == null || message.coverage().frameSeq() > lastHere) {
            lastByPartition.put(partition, message.coverage().frameSeq());
            return true;
        }
        return false;
    }

    /**
     * It comes behind its place, as it says, and its gap was told: its frames count as healed, and what that gap told of
     * others is not told twice.
     */
    private void heal(MessageHead message) {
        long added = covered.add(
                message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        resent.add(message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        lastFrameSeq = Math.max(lastFrameSeq, message.coverage().frameSeq());
        if (added == message.coverage().frames()) {
            message.coverage().gaps().forEach((reason, lost) -> gapFrames.merge(reason, lost, Long::sum));
        } else {
            healed += message.isFrame() ? 1 : 0;
            resentTold.add(
                    message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        }
        if (message.explained() != message.coverage().frames()
                || added != 0 && added != message.coverage().frames()) {
            contradictions++;
        }
    }

    /** The partition begins again. */
    void restart(int partition) {
        lastByPartition.remove(partition);
    }

    private boolean isKnown(MessageHead message) {
        return message.isFrame()
                ? frames.add(message.coverage().frameSeq(), message.coverage().frameSeq()) == 0
                : isKnownGap(message.identity().messageId());
    }

    /** Gap messages are called by a letter and a number. */
    private boolean isKnownGap(String messageId) {
        String name = messageId.substring(messageId.lastIndexOf('/') + 1);
        boolean isUsual = name.length() > 1
                && name.length() < 19
                && name.charAt(0) >= 'a'
                && name.charAt(0) <= 'z'
                && name.chars().skip(1).allMatch(c -> c >= '0' && c <= '9');
        char kind = isUsual ? name.charAt(0) : '?';
        long number = isUsual ? Long.parseLong(name.substring(1)) : name.hashCode();
        return gapNumbers.computeIfAbsent(kind, any -> new FrameRanges()).add(number, number) == 0;
    }

    private void judgeOrder(MessageHead message, long lastHere) {
        if (Reasons.isUnknown(message)) {
            // it vouches for nothing: the spool that says so may know less than was sent from it
            return;
        }
        boolean late = message.coverage().frameSeq() < lastHere
                || message.isFrame() && message.coverage().frameSeq() == lastHere;
        if (late && Reasons.NOT_PUBLISHED.equals(message.reason().orElse(null))) {
            lateGaps++;
        } else if (late) {
            disorder++;
        }
    }

    private void cover(MessageHead message, long lastHere) {
        if (!message.isFrame()
                && resent.count(
                                message.coverage().prevFrameSeq() + 1,
                                message.coverage().frameSeq())
                        > 0) {
            coverHealed(message);
            return;
        }
        message.coverage().gaps().forEach((reason, lost) -> gapFrames.merge(reason, lost, Long::sum));
        if (Reasons.isUnknown(message)) {
            coverUnknown(message, lastHere);
            return;
        }
        unexplained += Math.max(0, message.coverage().frames() - message.explained());
        long added = covered.add(
                message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        if (message.explained() != message.coverage().frames()
                || added != message.coverage().frames()) {
            contradictions++;
        }
    }

    /** A gap whose message was sent again, and read before it: from another partition. */
    private void coverHealed(MessageHead message) {
        long known = resent.count(
                message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        long told = resentTold.add(
                message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        long added = covered.add(
                message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        long lost = message.coverage().gaps().getOrDefault(Reasons.NOT_PUBLISHED, 0L);
        gapFrames.merge(Reasons.NOT_PUBLISHED, lost, Long::sum);
        healed += lost;
        if (message.explained() != message.coverage().frames()
                || added != 0
                || known != message.coverage().frames()
                || told != known) {
            contradictions++;
        }
    }

    /** It vouches for nothing, but names frames that there may have been: without a span, all since the last message. */
    private void coverUnknown(MessageHead message, long lastHere) {
        if (message.coverage().frames() == 0) {
            unknown.add(lastHere + 1, message.coverage().frameSeq());
            return;
        }
        long added = covered.add(
                message.coverage().prevFrameSeq() + 1, message.coverage().frameSeq());
        gapFrames.merge(Reasons.UNKNOWN, Math.max(0, message.coverage().frames() - message.explained()), Long::sum);
        if (message.explained() > message.coverage().frames()
                || added != message.coverage().frames()) {
            contradictions++;
        }
    }

    /** Within a source and epoch: time that goes back, and a capture clock that jumps against the host's. */
    private void lookAtTime(MessageHead message) {
        long publishedMs = Millis.of(message.publishedAt());
        boolean jumps = publishedMs < lastPublishedMs;
        CaptureTime capture = message.capture().orElse(null);
        long captureMs = capture == null ? Millis.NEVER : Millis.of(capture.utc());
        if (captureMs != Millis.NEVER) {
            if (capture.clock().equals(lastCaptureClock)) {
                long apartMs = captureMs - lastCaptureMs - (publishedMs - lastFramePublishedMs);
                boolean isLive = !capture.clock().equals(RECORDING) && publishedMs != Millis.NEVER;
                jumps |= captureMs < lastCaptureMs || isLive && Math.abs(apartMs) > MAX_APART_MS;
            }
            lastCaptureMs = captureMs;
            lastFramePublishedMs = publishedMs;
            lastCaptureClock = capture.clock();
        }
        lastPublishedMs = Math.max(publishedMs, jumps ? publishedMs : lastPublishedMs);
        timeJumps += jumps ? 1 : 0;
    }

    /** Gives memory back: another run of the source has begun. */
    void settle() {
        frames.trim(MAX_OLD_RANGES);
        covered.trim(MAX_OLD_RANGES);
        removed.trim(MAX_OLD_RANGES);
        unknown.trim(MAX_OLD_RANGES);
        resent.trim(MAX_OLD_RANGES);
        resentTold.trim(MAX_OLD_RANGES);
        gapNumbers.values().forEach(numbers -> numbers.trim(MAX_OLD_RANGES));
    }

    Findings.Epoch findings() {
        FrameRanges gone = new FrameRanges();
        gone.addAll(removed);
        if (!isRead) {
            gone.add(1, lastFrameSeq);
        }
        long before = covered.missing(gone);
        FrameRanges named = new FrameRanges();
        named.addAll(gone);
        named.addAll(unknown);
        long missing = covered.missing(named);
        Map<String, Long> reasons = new TreeMap<>(gapFrames);
        if (missing > before) {
            reasons.merge(Reasons.UNKNOWN, missing - before, Long::sum);
        }
        long last = Math.max(lastFrameSeq, unknown.last());
        return new Findings.Epoch(
                sourceId,
                streamEpoch,
                last,
                frames.size(),
                reasons,
                before,
                new Irregularities(
                        last - missing - covered.size() + unexplained,
                        duplicates,
                        disorder,
                        lateGaps,
                        healed,
                        contradictions,
                        timeJumps),
                end);
    }
}
