package io.ringsight.client;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * When a frame was taken and published, and where its time went. Immutable.
 *
 * @param ptsNs presentation time in the stream's own time line, nanoseconds; empty if the stream has none (field
 *     {@code ptsNs})
 * @param capture when the light hit the sensor (field {@code captureTime})
 * @param stages where its time went (field {@code stages})
 * @param publishedAt when the message was made, by the daemon's clock (field {@code publishedAt})
 */
public record FrameTimes(OptionalLong ptsNs, CaptureTime capture, Stages stages, Instant publishedAt) {
    /**
     * Where a frame's time went, in nanoseconds.
     *
     * @param decodeNs in the decoder (field {@code decodeNs})
     * @param queueNs waiting for the next stage, a free lane, or the rest of the batch (field {@code queueNs})
     * @param preprocessNs scaling into the model's input (field {@code preprocessNs})
     * @param inferNs from launch until the result was taken (field {@code inferNs})
     * @param postNs decoding detections and waiting to be published (field {@code postNs})
     */
    public record Stages(long decodeNs, long queueNs, long preprocessNs, long inferNs, long postNs) {
        /** From decoded to published, nanoseconds. */
        public long latencyNs() {
            return queueNs + preprocessNs + inferNs + postNs;
        }
    }
}
