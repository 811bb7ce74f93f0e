package io.ringsight.client;

import java.time.Instant;

/**
 * One message of Ringsight. Newer versions may know more types: of a type that this version does not know it is an
 * {@link OtherMessage}, so a consumer's last branch should let pass what it does not know.
 *
 * <p>Immutable.
 */
public sealed interface Message
        permits FrameMessage, GapMessage, EventMessage, VerdictMessage, SummaryMessage, OtherMessage {
    /** Which message of which source it is. */
    Identity identity();

    /** When it was made, by the daemon's clock, to the microsecond (field {@code publishedAt}). */
    Instant publishedAt();
}
