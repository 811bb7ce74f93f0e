package io.ringsight.client.verify;

import io.ringsight.client.MessageHead;
import java.util.Set;

/** Reasons of gap messages that change what is expected of a source. */
final class Reasons {
    /** What nobody can vouch for: the last message of a run that ended without a word, or damaged records. */
    static final String UNKNOWN = "unknown";
    /** What a sink could not keep. */
    static final String NOT_PUBLISHED = "not-published";
    /** After these a source gives nothing more, as the operator or the recording wants it. */
    static final Set<String> WANTED_ENDS = Set.of("ended", "stopped");
    /** After these a source gives nothing more in a run. */
    static final Set<String> ENDS = Set.of("ended", "stopped", UNKNOWN);

    private Reasons() {}

    static boolean isUnknown(MessageHead message) {
        return UNKNOWN.equals(message.reason().orElse(null));
    }
}
