package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ringsight.client.VerdictMessage;
import java.io.IOException;
import java.util.Optional;

/** Writes the field {@code verdict}. */
final class VerdictWriter {
    private VerdictWriter() {}

    static void write(JsonGenerator out, VerdictMessage verdict) throws IOException {
        out.writeObjectFieldStart("verdict");
        out.writeStringField("grade", verdict.judgement().grade());
        out.writeArrayFieldStart("reasons");
        for (String reason : verdict.judgement().reasons()) {
            out.writeString(reason);
        }
        out.writeEndArray();
        part(out, verdict.part());
        boards(out, verdict);
        out.writeArrayFieldStart("defects");
        for (VerdictMessage.Defect defect : verdict.defects()) {
            defect(out, defect);
        }
        out.writeEndArray();
        seen(out, verdict.seen());
        MessageWriter.time(out, "from", Optional.of(verdict.timing().from()));
        MessageWriter.time(out, "to", Optional.of(verdict.timing().to()));
        MessageWriter.time(out, "decidedAt", Optional.of(verdict.timing().decidedAt()));
        MessageWriter.decimal(out, "tookMs", verdict.timing().tookMs());
        out.writeEndObject();
    }

    private static void text(JsonGenerator out, String field, Optional<String> text) throws IOException {
        out.writeFieldName(field);
        out.writeString(text.orElse(null));
    }

    private static void part(JsonGenerator out, VerdictMessage.Part part) throws IOException {
        out.writeObjectFieldStart("part");
        out.writeStringField("id", part.id());
        text(out, "recipe", part.recipe());
        text(out, "revision", part.revision());
        MessageWriter.time(out, "at", Optional.of(part.at()));
        out.writeEndObject();
    }

    private static void boards(JsonGenerator out, VerdictMessage verdict) throws IOException {
        if (verdict.judgement().boards().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("boards");
        for (VerdictMessage.Board board : verdict.judgement().boards()) {
            out.writeStartObject();
            out.writeStringField("name", board.name());
            out.writeStringField("grade", board.grade());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void defect(JsonGenerator out, VerdictMessage.Defect defect) throws IOException {
        out.writeStartObject();
        out.writeStringField("label", defect.label());
        MessageWriter.decimal(out, "confidence", defect.confidence());
        out.writeStringField("grade", defect.grade());
        text(out, "board", defect.board());
        out.writeNumberField("frames", defect.frames());
        out.writeObjectFieldStart("place");
        MessageWriter.decimal(out, "x", defect.place().centerX());
        MessageWriter.decimal(out, "y", defect.place().centerY());
        MessageWriter.decimal(out, "width", defect.place().width());
        MessageWriter.decimal(out, "height", defect.place().height());
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void seen(JsonGenerator out, VerdictMessage.Seen seen) throws IOException {
        out.writeArrayFieldStart("frames");
        for (long frame : seen.frames()) {
            out.writeNumber(frame);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("missing");
        for (VerdictMessage.Missing missing : seen.missing()) {
            out.writeStartObject();
            out.writeStringField("reason", missing.reason());
            MessageWriter.number(out, "frames", missing.frames());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeFieldName("model");
        if (seen.model().isPresent()) {
            out.writeStartObject();
            out.writeStringField("name", seen.model().get().name());
            out.writeStringField("version", seen.model().get().version());
            out.writeStringField("sha256", seen.model().get().sha256());
            out.writeEndObject();
        } else {
            out.writeNull();
        }
        text(out, "evidence", seen.evidence());
    }
}
