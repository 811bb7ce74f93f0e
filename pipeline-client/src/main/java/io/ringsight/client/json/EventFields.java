package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.EventMessage;
import io.ringsight.client.Identity;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** What was read so far of the fields that only events have. */
final class EventFields {
    private String event;
    private String name;
    private Optional<String> direction = Optional.empty();
    private String severity;
    private Optional<String> sentence = Optional.empty();
    private OptionalLong count = OptionalLong.empty();
    private String trackId;
    private String trackLabel;
    private Integer classId;
    private OptionalLong durationMs = OptionalLong.empty();
    private OptionalLong missingMs = OptionalLong.empty();
    private Optional<String> evidence = Optional.empty();

    void field(String field, JsonParser in) throws IOException, MessageFormatException {
        switch (field) {
            case "event" -> event = JsonFields.text(in);
            case "name" -> name = JsonFields.text(in);
            case "direction" -> direction = Optional.of(JsonFields.text(in));
            case "severity" -> severity = JsonFields.text(in);
            case "sentence" -> sentence = Optional.of(JsonFields.text(in));
            case "count" -> count = OptionalLong.of(JsonFields.integer(in, 0, Long.MAX_VALUE));
            case "trackId" -> trackId = JsonFields.text(in);
            case "trackLabel" -> trackLabel = JsonFields.text(in);
            case "classId" -> classId = (int) JsonFields.integer(in, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "durationMs" -> durationMs = OptionalLong.of(JsonFields.integer(in, 0, Long.MAX_VALUE));
            case "missingMs" -> missingMs = OptionalLong.of(JsonFields.integer(in, 0, Long.MAX_VALUE));
            case "evidence" -> evidence = Optional.of(JsonFields.text(in));
            default -> {
                // newer than this version
            }
        }
    }

    EventMessage message(Identity identity, Coverage coverage, CaptureTime time, Instant publishedAt)
            throws MessageFormatException {
        EventMessage.What what = new EventMessage.What(
                MessageFields.need(event, "event"),
                MessageFields.need(name, "name"),
                direction,
                MessageFields.need(severity, "severity"),
                sentence);
        return new EventMessage(
                identity,
                coverage,
                what,
                time,
                subject(),
                new EventMessage.Figures(durationMs, missingMs, count),
                evidence,
                publishedAt);
    }

    private Optional<EventMessage.Subject> subject() throws MessageFormatException {
        return trackId == null
                ? Optional.empty()
                : Optional.of(new EventMessage.Subject(
                        trackId, MessageFields.need(trackLabel, "trackLabel"), MessageFields.need(classId, "classId")));
    }
}
