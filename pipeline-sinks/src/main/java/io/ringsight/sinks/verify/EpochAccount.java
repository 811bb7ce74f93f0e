package io.ringsight.sinks.verify;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;

/** The account of one source in one run of the daemon. */
final class EpochAccount {
    /** Capture clocks that wander less against the host's between two frames are none to complain of. */
    private static final long MOST_APART_MS = 5_000;

    private static final long NEVER = 0;

    private final String sourceId;
    private final String streamEpoch;
    private final long before;
    private final FrameRanges frames = new FrameRanges();
    private final FrameRanges covered = new FrameRanges();
    private final Map<String, FrameRanges> gapNumbers = new TreeMap<>();
    private final Map<String, Long> gapFrames = new TreeMap<>();
    private long lastFrameSeq;
    private long unexplained;
    private long duplicates;
    private long disorder;
    private long contradictions;
    private long timeJumps;
    private long lastPublishedMs = NEVER;
    private long lastCaptureMs = NEVER;
    private long lastFramePublishedMs = NEVER;
    private String lastCaptureClock;
    private String end = Findings.OPEN;

    /**
     * @param first the first message read
     * @param beginningLost whether the topic may have held earlier ones: then its missing frames are not held against it
     */
    EpochAccount(MessageFacts first, boolean beginningLost) {
        sourceId = first.sourceId();
        streamEpoch = first.streamEpoch();
        before = beginningLost ? first.prevFrameSeq() : 0;
    }

    void add(MessageFacts message) {
        if (isKnown(message)) {
            duplicates++;
            return;
        }
        boolean late = message.frameSeq() < lastFrameSeq || message.isFrame() && message.frameSeq() == lastFrameSeq;
        if (late && !MessageFacts.NOT_PUBLISHED.equals(message.reason())) {
            disorder++;
        }
        cover(message);
        end = MessageFacts.ENDS.contains(String.valueOf(message.reason())) ? message.reason() : Findings.OPEN;
        if (!late) {
            lookAtTime(message);
        }
        lastFrameSeq = Math.max(lastFrameSeq, message.frameSeq());
    }

    private boolean isKnown(MessageFacts message) {
        return message.isFrame()
                ? frames.add(message.frameSeq(), message.frameSeq()) == 0
                : isKnownGap(message.messageId());
    }

    /** Gap messages are called by a letter and a number. */
    private boolean isKnownGap(String messageId) {
        String name = messageId.substring(messageId.lastIndexOf('/') + 1);
        String kind = name.replaceAll("[0-9]+$", "");
        String digits = name.substring(kind.length());
        long number = digits.isEmpty() || digits.length() > 18 ? name.hashCode() : Long.parseLong(digits);
        if (kind.length() > 1 || digits.isEmpty()) {
            kind = "?";
            number = name.hashCode();
        }
        return gapNumbers.computeIfAbsent(kind, any -> new FrameRanges()).add(number, number) == 0;
    }

    private void cover(MessageFacts message) {
        if (MessageFacts.UNKNOWN.equals(message.reason())) {
            // it vouches for nothing but names what the run may have had beyond the last message
            long lost = covered.add(lastFrameSeq + 1, message.frameSeq());
            gapFrames.merge(MessageFacts.UNKNOWN, lost, Long::sum);
        }
        message.gaps().forEach((reason, lost) -> gapFrames.merge(reason, lost, Long::sum));
        unexplained += Math.max(0, message.span() - message.explained());
        long added = covered.add(message.prevFrameSeq() + 1, message.frameSeq());
        if (message.explained() != message.span() || added != message.span()) {
            contradictions++;
        }
    }

    /** Within a source and epoch: time that goes back, and a capture clock that jumps against the host's. */
    private void lookAtTime(MessageFacts message) {
        long publishedMs = ms(message.publishedAt());
        boolean jumps = publishedMs < lastPublishedMs;
        if (message.captureUtc() != null && message.captureClock() != null) {
            long captureMs = ms(message.captureUtc());
            if (message.captureClock().equals(lastCaptureClock)) {
                long apartMs = captureMs - lastCaptureMs - (publishedMs - lastFramePublishedMs);
                boolean isLive = !message.captureClock().equals(MessageFacts.RECORDING) && publishedMs != NEVER;
                jumps |= captureMs < lastCaptureMs || isLive && Math.abs(apartMs) > MOST_APART_MS;
            }
            lastCaptureMs = captureMs;
            lastFramePublishedMs = publishedMs;
            lastCaptureClock = message.captureClock();
        }
        lastPublishedMs = Math.max(publishedMs, jumps ? publishedMs : lastPublishedMs);
        timeJumps += jumps ? 1 : 0;
    }

    private static long ms(String utc) {
        try {
            return utc == null ? NEVER : Instant.parse(utc).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException expected) {
            // no time is nothing to compare
            return NEVER;
        }
    }

    Findings.Epoch findings() {
        return new Findings.Epoch(
                sourceId,
                streamEpoch,
                lastFrameSeq,
                frames.size(),
                Map.copyOf(gapFrames),
                before,
                lastFrameSeq - before - covered.size() + unexplained,
                duplicates,
                disorder,
                contradictions,
                timeJumps,
                end);
    }
}
