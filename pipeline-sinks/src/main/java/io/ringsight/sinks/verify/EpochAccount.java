package io.ringsight.sinks.verify;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The account of one source in one run of the daemon. */
final class EpochAccount {
    private final String sourceId;
    private final String streamEpoch;
    private final long before;
    private final FrameRanges frames = new FrameRanges();
    private final FrameRanges covered = new FrameRanges();
    private final Set<String> gapIds = new HashSet<>();
    private final Map<String, Long> gapFrames = new TreeMap<>();
    private long lastFrameSeq;
    private long unexplained;
    private long duplicates;
    private long disorder;
    private long contradictions;
    private long timeJumps;
    private String lastCaptureUtc;
    private String lastCaptureClock;

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
        if (!late) {
            lookAtTime(message);
        }
        lastFrameSeq = Math.max(lastFrameSeq, message.frameSeq());
    }

    private boolean isKnown(MessageFacts message) {
        return message.isFrame()
                ? frames.add(message.frameSeq(), message.frameSeq()) == 0
                : !gapIds.add(message.messageId());
    }

    private void cover(MessageFacts message) {
        message.gaps().forEach((reason, lost) -> gapFrames.merge(reason, lost, Long::sum));
        unexplained += Math.max(0, message.span() - message.explained());
        long added = covered.add(message.prevFrameSeq() + 1, message.frameSeq());
        if (message.explained() != message.span() || added != message.span()) {
            contradictions++;
        }
    }

    private void lookAtTime(MessageFacts message) {
        if (message.captureUtc() == null || message.captureClock() == null) {
            return; // no time, or nobody's: there is nothing to compare
        }
        // times of one format and zone: their texts sort as they do
        if (lastCaptureUtc != null
                && message.captureClock().equals(lastCaptureClock)
                && message.captureUtc().compareTo(lastCaptureUtc) < 0) {
            timeJumps++;
        }
        lastCaptureUtc = message.captureUtc();
        lastCaptureClock = message.captureClock();
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
                timeJumps);
    }
}
