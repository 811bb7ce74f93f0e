package io.ringsight.core.decision;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.CaptureClock;

/**
 * Something happened, once.
 *
 * @param sourceId the source that saw it
 * @param number among the source's events of the run, from 1 without holes
 * @param what happened
 * @param when it did
 * @param subject the object that did it, or null where it was not a single one
 * @param figures what was measured
 */
public record Event(SourceId sourceId, long number, What what, When when, Subject subject, Figures figures)
        implements Decision {
    /** Kinds of events. */
    public enum Kind {
        /** An object went into a zone. */
        ENTERED("entered"),
        /** An object was in a zone when it was first followed: where it came from is not known. */
        APPEARED("appeared"),
        /** An object went out of a zone. */
        LEFT("left"),
        /** An object was in a zone when it was found last: what became of it is not known. */
        LOST("lost"),
        /** An object crossed a line. */
        CROSSED("crossed"),
        /** An object crossed a line in the wrong direction. */
        WRONG_WAY("wrong-way"),
        /** An object has stood in a zone for a while. */
        STOPPED("stopped"),
        /** What a rule asks for has lasted. */
        RULE("rule"),
        /** The camera was moved: what its zones, lines and calibration say is not so any more. */
        MOVED("moved");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        /** The name in messages. */
        public String wireName() {
            return wireName;
        }
    }

    /**
     * What happened.
     *
     * @param kind of event
     * @param name of the zone, line or rule; {@code camera} where it is the camera's
     * @param direction {@code forward} or {@code backward} over a line, else null
     * @param severity how much it matters
     * @param sentence what people are told, or null
     */
    public record What(Kind kind, String name, String direction, Severity severity, String sentence) {}

    /**
     * When something happened.
     *
     * @param utcNs the capture time of the frame that shows it, nanoseconds since 1970, or {@link Picture#UNKNOWN}
     * @param clock which clock says so
     * @param uncertaintyUs how far that may be off, the time since the frame that did not show it yet included; or
     *     {@link Picture#UNKNOWN}
     */
    public record When(long utcNs, CaptureClock clock, long uncertaintyUs) {}

    /**
     * An object.
     *
     * @param track the number of its track in the run
     * @param label name of its class by vote
     * @param classId number of that class
     */
    public record Subject(long track, String label, int classId) {}

    /**
     * What was measured. {@link Picture#UNKNOWN} where there is nothing to measure.
     *
     * @param durationMs how long it lasted: of an object that leaves a zone, how long it was there; of one that
     *     stopped, how long it has stood; of a rule, how long its condition has been met, or the time of the frames that it looks at
     * @param missingMs how much of that nobody saw: no frame, or none that can be trusted
     * @param count how many objects met the condition of a rule
     */
    public record Figures(long durationMs, long missingMs, long count) {
        /** Nothing was. */
        public static final Figures NONE = new Figures(Picture.UNKNOWN, Picture.UNKNOWN, Picture.UNKNOWN);
    }
}
