package io.ringsight.client;

import java.time.Instant;
import java.util.Optional;

/**
 * A span of time in which a source gave no frames, or none that can be trusted, or whose messages were lost on the way.
 * One message tells when it begins, another when it ends or its reason changes. Until it ends, nobody looks: no message
 * means nothing. Immutable.
 *
 * @param identity which message of which source it is
 * @param coverage the frames it accounts for; none while nothing comes from the camera
 * @param reason why, such as {@code disconnected}, {@code stalled}, {@code not-published}; the schema lists them all,
 *     and newer versions may know more (field {@code reason})
 * @param detail what else is known, for people (field {@code detail})
 * @param span from when to when
 * @param publishedAt when the message was made, by the daemon's clock (field {@code publishedAt})
 */
public record GapMessage(
        Identity identity, Coverage coverage, String reason, Optional<String> detail, Span span, Instant publishedAt)
        implements Message {
    /**
     * From when to when, by the daemon's clock, to the microsecond.
     *
     * @param since when it began (field {@code since})
     * @param until when it ended; empty while it lasts (field {@code until})
     */
    public record Span(Instant since, Optional<Instant> until) {}

    /** Whether it still lasts, as far as this message knows. */
    public boolean isOpen() {
        return span.until().isEmpty();
    }
}
