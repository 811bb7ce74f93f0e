package io.ringsight.sinks.evidence;

import io.ringsight.core.frame.SourceId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The frame that a picture is of. It names the picture's folder: {@code source/epoch/number}, the id of the frame's message.
 *
 * @param sourceId of a source
 * @param streamEpoch of the run, letters and digits
 * @param frameSeq the frame's number
 */
public record EvidenceKey(String sourceId, String streamEpoch, long frameSeq) {
    private static final Pattern EPOCH = Pattern.compile("[A-Za-z0-9]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

    /** From its parts as they stand in an address; empty if they are none. Whatever they hold, it is the name of no other file. */
    public static Optional<EvidenceKey> of(String source, String epoch, String number) {
        return SourceId.isValid(source)
                        && EPOCH.matcher(epoch).matches()
                        && NUMBER.matcher(number).matches()
                ? Optional.of(new EvidenceKey(source, epoch, Long.parseLong(number)))
                : Optional.empty();
    }

    /** From the id of a frame's message; empty if it is none. */
    public static Optional<EvidenceKey> ofMessage(String id) {
        String[] parts = id.split("/", -1);
        return parts.length == 3 ? of(parts[0], parts[1], parts[2]) : Optional.empty();
    }

    /** The id of the frame's message. */
    public String messageId() {
        return sourceId + '/' + streamEpoch + '/' + frameSeq;
    }
}
