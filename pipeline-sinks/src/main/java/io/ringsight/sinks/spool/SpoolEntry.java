package io.ringsight.sinks.spool;

import io.ringsight.sinks.EncodedMessage;

/**
 * A message in the spool.
 *
 * @param offset its number among all the spool ever held, from 0; there may be holes
 * @param message as it was appended
 * @param appendedNs when, by the monotonic clock of the run that appended it: comparable within a streamEpoch only
 */
public record SpoolEntry(long offset, EncodedMessage message, long appendedNs) {}
