package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.util.Optional;

/** The field {@code verdict} of a message. */
final class VerdictJson {
    private static final int PLACE_DECIMALS = 4;
    private static final int CONFIDENCE_DECIMALS = 4;
    private static final float NS_PER_MS = 1e6f;

    private VerdictJson() {}

    static void write(JsonText text, JsonGenerator out, Verdict verdict, String evidence) throws IOException {
        out.writeObjectFieldStart("verdict");
        out.writeStringField("grade", verdict.judgement().grade().wireName());
        out.writeArrayFieldStart("reasons");
        for (String reason : verdict.judgement().doubts().stream()
                .sorted()
                .map(doubt -> doubt.wireName())
                .toList()) {
            out.writeString(reason);
        }
        out.writeEndArray();
        part(text, out, verdict.part());
        boards(out, verdict);
        out.writeArrayFieldStart("defects");
        for (Verdict.Defect defect : verdict.defects()) {
            defect(text, out, defect);
        }
        out.writeEndArray();
        seen(out, verdict.seen());
        orNull(out, "evidence", Optional.ofNullable(evidence));
        text.utc(new SerializedString("from"), verdict.timing().fromUtcNs());
        text.utc(new SerializedString("to"), verdict.timing().toUtcNs());
        text.utc(new SerializedString("decidedAt"), verdict.timing().decidedUtcNs());
        text.decimal(new SerializedString("tookMs"), verdict.timing().tookNs() / NS_PER_MS, 3);
        out.writeEndObject();
    }

    private static void orNull(JsonGenerator out, String field, Optional<String> text) throws IOException {
        out.writeFieldName(field);
        out.writeString(text.filter(said -> !said.isEmpty()).orElse(null));
    }

    private static void part(JsonText text, JsonGenerator out, Verdict.Part part) throws IOException {
        out.writeObjectFieldStart("part");
        out.writeStringField("id", part.id());
        orNull(out, "recipe", Optional.of(part.recipe().name()));
        orNull(out, "revision", Optional.of(part.recipe().revision()));
        text.utc(new SerializedString("at"), part.atUtcNs());
        out.writeEndObject();
    }

    private static void boards(JsonGenerator out, Verdict verdict) throws IOException {
        if (verdict.judgement().boards().isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("boards");
        for (Verdict.Board board : verdict.judgement().boards()) {
            out.writeStartObject();
            out.writeStringField("name", board.name());
            out.writeStringField("grade", board.grade().wireName());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void defect(JsonText text, JsonGenerator out, Verdict.Defect defect) throws IOException {
        out.writeStartObject();
        out.writeStringField("label", defect.label());
        text.decimal(MessageParts.CONFIDENCE, defect.confidence(), CONFIDENCE_DECIMALS);
        out.writeStringField("grade", defect.grade().wireName());
        orNull(out, "board", defect.board());
        out.writeNumberField("frames", defect.frames());
        out.writeObjectFieldStart("place");
        text.decimal(new SerializedString("x"), (float) defect.place().centerX(), PLACE_DECIMALS);
        text.decimal(new SerializedString("y"), (float) defect.place().centerY(), PLACE_DECIMALS);
        text.decimal(MessageParts.WIDTH, (float) defect.place().width(), PLACE_DECIMALS);
        text.decimal(MessageParts.HEIGHT, (float) defect.place().height(), PLACE_DECIMALS);
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void seen(JsonGenerator out, Verdict.Seen seen) throws IOException {
        out.writeArrayFieldStart("frames");
        for (long frame : seen.frames()) {
            out.writeNumber(frame);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("missing");
        missing(out, seen.losses());
        for (GapReason gap : seen.gaps().stream().sorted().toList()) {
            out.writeStartObject();
            out.writeStringField("reason", gap.wireName());
            out.writeNullField("frames");
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeFieldName("model");
        if (seen.model().isPresent()) {
            ModelSpec model = seen.model().get();
            out.writeStartObject();
            out.writeStringField("name", model.name());
            out.writeStringField("version", model.version());
            out.writeStringField("sha256", model.weights().sha256());
            out.writeEndObject();
        } else {
            out.writeNull();
        }
    }

    private static void missing(JsonGenerator out, FrameLosses losses) throws IOException {
        for (GapReason reason : GapReason.values()) {
            int frames = losses.count(reason);
            if (frames > 0 && reason != GapReason.RATE_LIMIT) {
                out.writeStartObject();
                out.writeStringField("reason", reason.wireName());
                out.writeNumberField("frames", frames);
                out.writeEndObject();
            }
        }
    }
}
