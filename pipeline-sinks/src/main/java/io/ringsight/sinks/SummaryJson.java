package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.frame.Picture;
import java.io.IOException;

/** The field {@code summary} of a message. */
final class SummaryJson {
    private static final int DECIMALS = 3;
    private static final double MS_PER_HOUR = 3.6e6;

    private final JsonText text;
    private final JsonGenerator out;

    SummaryJson(JsonText text, JsonGenerator out) {
        this.text = text;
        this.out = out;
    }

    void write(Summary summary) throws IOException {
        out.writeObjectFieldStart("summary");
        time("from", summary.span().fromUtcNs());
        time("to", summary.span().toUtcNs());
        out.writeNumberField("durationMs", summary.span().durationMs());
        out.writeNumberField("missingMs", summary.span().missingMs());
        out.writeArrayFieldStart("lines");
        for (Summary.LineUse line : summary.lines()) {
            out.writeStartObject();
            out.writeStringField("line", line.name());
            flow("forward", line.forward(), summary.span().durationMs());
            flow("backward", line.backward(), summary.span().durationMs());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeArrayFieldStart("zones");
        for (Summary.ZoneUse zone : summary.zones()) {
            zone(zone);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("trips");
        for (Summary.Trip trip : summary.trips()) {
            out.writeStartObject();
            out.writeStringField("from", trip.from());
            out.writeStringField("to", trip.to());
            out.writeNumberField("count", trip.count());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void flow(String field, Summary.Flow flow, long durationMs) throws IOException {
        out.writeObjectFieldStart(field);
        out.writeNumberField("count", flow.count());
        decimal("perHour", flow.count() * MS_PER_HOUR / durationMs);
        out.writeNumberField("headways", flow.headways().count());
        decimal("meanHeadwayS", flow.headways().meanS());
        decimal("minHeadwayS", flow.headways().minS());
        decimal("speedShare", (double) flow.speeds().known() / flow.count());
        decimal("meanKmh", flow.speeds().meanKmh());
        out.writeEndObject();
    }

    private void zone(Summary.ZoneUse zone) throws IOException {
        out.writeStartObject();
        out.writeStringField("zone", zone.name());
        decimal("occupied", zone.occupied());
        decimal("meanObjects", zone.objects().mean());
        out.writeNumberField("maxObjects", zone.objects().max());
        decimal("meanStanding", zone.standing().mean());
        out.writeNumberField("maxStanding", zone.standing().max());
        decimal("maxQueueM", zone.maxQueueM());
        out.writeEndObject();
    }

    private void time(String field, long utcNs) throws IOException {
        if (utcNs == Picture.UNKNOWN) {
            out.writeNullField(field);
        } else {
            text.utc(new SerializedString(field), utcNs);
        }
    }

    private void decimal(String field, double value) throws IOException {
        text.decimal(new SerializedString(field), (float) value, DECIMALS);
    }
}
