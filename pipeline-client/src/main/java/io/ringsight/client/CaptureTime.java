package io.ringsight.client;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * When the light hit the sensor, and how far that can be trusted. Immutable.
 *
 * @param utc the time by {@code clock}, to the microsecond; empty if nobody knows (field {@code utc})
 * @param clock which clock said so: {@code rtcp-sr} the camera's, {@code device} the capture driver's, {@code arrival}
 *     the daemon's when the frame arrived, {@code file} the recording's time line (field {@code clock})
 * @param uncertaintyUs how far {@code utc} may be off, microseconds; empty if unknown (field {@code uncertaintyUs})
 */
public record CaptureTime(Optional<Instant> utc, String clock, OptionalLong uncertaintyUs) {}
