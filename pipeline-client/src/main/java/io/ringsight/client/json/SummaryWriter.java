package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ringsight.client.SummaryMessage;
import java.io.IOException;
import java.util.OptionalDouble;

/** Writes the field {@code summary}. */
final class SummaryWriter {
    private SummaryWriter() {}

    static void write(JsonGenerator out, SummaryMessage summary) throws IOException {
        out.writeObjectFieldStart("summary");
        MessageWriter.time(out, "from", summary.span().from());
        MessageWriter.time(out, "to", summary.span().to());
        out.writeNumberField("durationMs", summary.span().durationMs());
        out.writeNumberField("missingMs", summary.span().missingMs());
        out.writeArrayFieldStart("lines");
        for (SummaryMessage.Line line : summary.lines()) {
            out.writeStartObject();
            out.writeStringField("line", line.name());
            flow(out, "forward", line.forward());
            flow(out, "backward", line.backward());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeArrayFieldStart("zones");
        for (SummaryMessage.Zone zone : summary.zones()) {
            zone(out, zone);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("trips");
        for (SummaryMessage.Trip trip : summary.trips()) {
            out.writeStartObject();
            out.writeStringField("from", trip.from());
            out.writeStringField("to", trip.to());
            out.writeNumberField("count", trip.count());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void flow(JsonGenerator out, String field, SummaryMessage.Flow flow) throws IOException {
        out.writeObjectFieldStart(field);
        out.writeNumberField("count", flow.count());
        decimal(out, "perHour", flow.perHour());
        out.writeNumberField("headways", flow.headways());
        decimal(out, "meanHeadwayS", flow.meanHeadwayS());
        decimal(out, "minHeadwayS", flow.minHeadwayS());
        decimal(out, "speedShare", flow.speedShare());
        decimal(out, "meanKmh", flow.meanKmh());
        out.writeEndObject();
    }

    private static void zone(JsonGenerator out, SummaryMessage.Zone zone) throws IOException {
        out.writeStartObject();
        out.writeStringField("zone", zone.name());
        decimal(out, "occupied", zone.occupied());
        decimal(out, "meanObjects", zone.meanObjects());
        out.writeNumberField("maxObjects", zone.maxObjects());
        decimal(out, "meanStanding", zone.meanStanding());
        out.writeNumberField("maxStanding", zone.maxStanding());
        decimal(out, "maxQueueM", zone.maxQueueM());
        out.writeEndObject();
    }

    private static void decimal(JsonGenerator out, String field, OptionalDouble value) throws IOException {
        MessageWriter.decimal(out, field, value.orElse(Double.NaN));
    }
}
