package io.ringsight.app.live;

/**
 * A picture as people see it.
 *
 * @param sourceId whose
 * @param frameSeq the number of its frame
 * @param utcNs when it was taken, nanoseconds since 1970
 * @param jpeg the file
 * @param message the frame's message, as the sinks got it; null if there is none
 */
record LivePicture(String sourceId, long frameSeq, long utcNs, byte[] jpeg, byte[] message) {}
