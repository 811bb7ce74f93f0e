package io.ringsight.sinks;

import io.ringsight.core.frame.SourceId;

/**
 * What a message is called and which frames it covers: those after {@code prevFrameSeq} up to {@code frameSeq}.
 *
 * @param sourceId the source, key of the message
 * @param streamEpoch the daemon's run
 * @param messageId unique among all messages of all time: {@code source/epoch/number}
 * @param frameSeq the last frame it covers
 * @param prevFrameSeq the last frame covered before it
 */
public record MessageKey(SourceId sourceId, String streamEpoch, String messageId, long frameSeq, long prevFrameSeq) {}
