package io.ringsight.client;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something happened, once. Accounts for no frames: their own messages do. Immutable.
 *
 * @param identity which message of which source it is. The last part of its {@code messageId} is {@code e} and a number:
 *     1, 2, 3 and so on among the source's events of a run
 * @param coverage the last frame before it, as both ends (fields {@code prevFrameSeq} and {@code frameSeq}); no gaps
 * @param what happened
 * @param time when it did
 * @param subject the object that did it; empty where it was not a single one
 * @param figures what was measured
 * @param evidence where the picture of the frame is kept that shows it; empty if it is not (field {@code evidence})
 * @param publishedAt when the message was made, by the daemon's clock (field {@code publishedAt})
 */
public record EventMessage(
        Identity identity,
        Coverage coverage,
        What what,
        CaptureTime time,
        Optional<Subject> subject,
        Figures figures,
        Optional<String> evidence,
        Instant publishedAt)
        implements Message {
    /**
     * What happened.
     *
     * @param event kind of event: {@code entered}, {@code appeared}, {@code left} or {@code lost} of a zone,
     *     {@code crossed} of a line, {@code rule} where what a rule asks for has lasted; newer versions may know more (field {@code event})
     * @param name of the zone, line or rule (field {@code name})
     * @param direction {@code forward} or {@code backward} over a line; empty elsewhere (field {@code direction})
     * @param severity {@code info}, {@code warning} or {@code alarm} (field {@code severity})
     * @param sentence what people are told; empty where the rule says nothing (field {@code sentence})
     */
    public record What(
            String event, String name, Optional<String> direction, String severity, Optional<String> sentence) {}

    /**
     * An object.
     *
     * @param trackId which one, as in frames' messages (field {@code trackId})
     * @param label its class by vote (field {@code trackLabel})
     * @param classId number of that class in the model (field {@code classId})
     */
    public record Subject(String trackId, String label, int classId) {}

    /**
     * What was measured; empty where there is nothing to measure.
     *
     * @param durationMs how long it lasted: of an object that leaves a zone, how long it was there (field
     *     {@code durationMs})
     * @param missingMs how much of that nobody saw (field {@code missingMs})
     * @param count how many objects met the condition of a rule (field {@code count})
     */
    public record Figures(OptionalLong durationMs, OptionalLong missingMs, OptionalLong count) {}
}
