package io.ringsight.core.analyse.event;

import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.CaptureClock;
import java.util.List;

/**
 * Takes the events and summaries of one source, as they are found in a frame, and numbers them. A frame without an event allocates nothing.
 * One thread at a time.
 */
public final class EventLog {
    private static final double US_PER_S = 1e6;

    private final SourceId source;
    private final EventNumbers numbers;
    private List<String> labels = List.of();
    private List<Decision> into;
    private long utcNs = Picture.UNKNOWN;
    private CaptureClock clock = CaptureClock.ARRIVAL;
    private long uncertaintyUs = Picture.UNKNOWN;

    /** @param numbers the source's own */
    public EventLog(SourceId source, EventNumbers numbers) {
        this.source = source;
        this.numbers = numbers;
    }

    /** What comes from now on is added to {@code into}. */
    public void into(List<Decision> into) {
        this.into = into;
    }

    /** What comes from now on is of this frame. */
    public void of(FrameResult frame) {
        labels = frame.model().labels();
        utcNs = frame.picture().captureUtcNs();
        clock = frame.picture().captureClock();
        uncertaintyUs = frame.picture().uncertaintyUs();
    }

    /** The capture time of the frame, which is at most so much later than what happened. */
    public Event.When within(double seconds) {
        return new Event.When(utcNs, clock, moreUs(uncertaintyUs, seconds));
    }

    /** A time so long before the frame, at most so much after what happened. */
    Event.When before(double seconds, double uncertainSeconds) {
        long thenNs = utcNs == Picture.UNKNOWN ? utcNs : utcNs - Math.round(seconds * US_PER_S) * 1_000;
        return new Event.When(thenNs, clock, moreUs(uncertaintyUs, uncertainSeconds));
    }

    private static long moreUs(long us, double seconds) {
        return us == Picture.UNKNOWN ? us : us + Math.round(seconds * US_PER_S);
    }

    /** An object that was seen in this frame or before. */
    public Event.Subject subject(long track, int classId) {
        boolean isNamed = classId >= 0 && classId < labels.size();
        return new Event.Subject(track, isNamed ? labels.get(classId) : "class-" + classId, classId);
    }

    /** The capture time of the frame, or {@link Picture#UNKNOWN}. */
    public long utcNs() {
        return utcNs;
    }

    /** Takes a summary of a span that this frame ends. */
    public void add(
            Summary.Span span, List<Summary.LineUse> lines, List<Summary.ZoneUse> zones, List<Summary.Trip> trips) {
        into.add(new Summary(source, numbers.nextSummary(), span, lines, zones, trips));
    }

    /** Takes an event of this frame. */
    public void add(Event.What what, Event.When when, Event.Subject subject, Event.Figures figures) {
        into.add(new Event(source, numbers.next(), what, when, subject, figures));
    }
}
