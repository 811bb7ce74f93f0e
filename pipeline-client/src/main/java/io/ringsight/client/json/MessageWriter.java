package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.ringsight.client.Box;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.Detection;
import io.ringsight.client.EventMessage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.FrameTimes;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.Message;
import io.ringsight.client.ModelIdentity;
import io.ringsight.client.OtherMessage;
import io.ringsight.client.SummaryMessage;
import io.ringsight.client.VerdictMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes messages as the JSON that {@link MessageReader} reads: for what a consumer passes on or stores, and for its
 * tests. What a newer daemon added and the reader ignored is not in it. Any thread: it has no state.
 */
public final class MessageWriter {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private MessageWriter() {}

    /** The message as UTF-8 text. */
    public static byte[] write(Message message) {
        if (message instanceof OtherMessage other) {
            return other.json().getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            if (message instanceof FrameMessage frame) {
                head(out, "frame", frame.identity(), frame.coverage());
                frame(out, frame);
            } else if (message instanceof GapMessage gap) {
                head(out, "gap", gap.identity(), gap.coverage());
                gap(out, gap);
            } else if (message instanceof VerdictMessage verdict) {
                head(out, "verdict", verdict.identity(), verdict.coverage());
                VerdictWriter.write(out, verdict);
                time(out, "publishedAt", Optional.of(verdict.publishedAt()));
            } else if (message instanceof SummaryMessage summary) {
                head(out, "summary", summary.identity(), summary.coverage());
                SummaryWriter.write(out, summary);
                time(out, "publishedAt", Optional.of(summary.publishedAt()));
            } else if (message instanceof EventMessage event) {
                head(out, "event", event.identity(), event.coverage());
                event(out, event);
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    private static void head(JsonGenerator out, String type, Identity identity, Coverage coverage) throws IOException {
        out.writeStringField("schemaVersion", identity.schemaVersion());
        out.writeStringField("type", type);
        out.writeStringField("messageId", identity.messageId());
        out.writeStringField("sourceId", identity.sourceId());
        if (identity.sourceName().isPresent()) {
            out.writeStringField("sourceName", identity.sourceName().get());
        }
        out.writeStringField("streamEpoch", identity.streamEpoch());
        out.writeNumberField("frameSeq", coverage.frameSeq());
        out.writeNumberField("prevFrameSeq", coverage.prevFrameSeq());
        out.writeArrayFieldStart("gaps");
        for (Map.Entry<String, Long> gap : coverage.gaps().entrySet()) {
            out.writeStartObject();
            out.writeStringField("reason", gap.getKey());
            out.writeNumberField("frames", gap.getValue());
            out.writeEndObject();
        }
        out.writeEndArray();
        if (coverage.resent()) {
            out.writeBooleanField("resent", true);
        }
    }

    private static void frame(JsonGenerator out, FrameMessage frame) throws IOException {
        times(out, frame.times());
        out.writeObjectFieldStart("frame");
        out.writeNumberField("width", frame.picture().width());
        out.writeNumberField("height", frame.picture().height());
        out.writeEndObject();
        model(out, "model", frame.model());
        if (!frame.notes().attributeModels().isEmpty()) {
            out.writeObjectFieldStart("attributeModels");
            for (Map.Entry<String, ModelIdentity> model :
                    frame.notes().attributeModels().entrySet()) {
                model(out, model.getKey(), model.getValue());
            }
            out.writeEndObject();
        }
        if (frame.suspect().isPresent()) {
            out.writeStringField("suspect", frame.suspect().get());
        }
        if (frame.notes().evidence().isPresent()) {
            out.writeStringField("evidence", frame.notes().evidence().get());
        }
        if (frame.notes().clip().isPresent()) {
            out.writeStringField("clip", frame.notes().clip().get());
        }
        objects(out, frame.objects());
    }

    private static void model(JsonGenerator out, String field, ModelIdentity model) throws IOException {
        out.writeObjectFieldStart(field);
        out.writeStringField("name", model.name());
        out.writeStringField("version", model.version());
        out.writeStringField("sha256", model.sha256());
        out.writeStringField("precision", model.precision());
        out.writeStringField("backend", model.backend());
        out.writeEndObject();
    }

    private static void times(JsonGenerator out, FrameTimes times) throws IOException {
        number(out, "ptsNs", times.ptsNs());
        capture(out, times.capture());
        FrameTimes.Stages stages = times.stages();
        out.writeObjectFieldStart("stages");
        out.writeNumberField("decodeNs", stages.decodeNs());
        out.writeNumberField("queueNs", stages.queueNs());
        out.writeNumberField("preprocessNs", stages.preprocessNs());
        out.writeNumberField("inferNs", stages.inferNs());
        out.writeNumberField("postNs", stages.postNs());
        out.writeEndObject();
        time(out, "publishedAt", Optional.of(times.publishedAt()));
    }

    private static void capture(JsonGenerator out, CaptureTime capture) throws IOException {
        out.writeObjectFieldStart("captureTime");
        time(out, "utc", capture.utc());
        out.writeStringField("clock", capture.clock());
        number(out, "uncertaintyUs", capture.uncertaintyUs());
        out.writeEndObject();
    }

    private static void event(JsonGenerator out, EventMessage event) throws IOException {
        out.writeStringField("event", event.what().event());
        out.writeStringField("name", event.what().name());
        if (event.what().direction().isPresent()) {
            out.writeStringField("direction", event.what().direction().get());
        }
        out.writeStringField("severity", event.what().severity());
        if (event.what().sentence().isPresent()) {
            out.writeStringField("sentence", event.what().sentence().get());
        }
        capture(out, event.time());
        if (event.subject().isPresent()) {
            out.writeStringField("trackId", event.subject().get().trackId());
            out.writeStringField("trackLabel", event.subject().get().label());
            out.writeNumberField("classId", event.subject().get().classId());
        }
        figure(out, "durationMs", event.figures().durationMs());
        figure(out, "missingMs", event.figures().missingMs());
        figure(out, "count", event.figures().count());
        if (event.evidence().isPresent()) {
            out.writeStringField("evidence", event.evidence().get());
        }
        time(out, "publishedAt", Optional.of(event.publishedAt()));
    }

    private static void figure(JsonGenerator out, String field, OptionalLong figure) throws IOException {
        if (figure.isPresent()) {
            out.writeNumberField(field, figure.getAsLong());
        }
    }

    private static void objects(JsonGenerator out, List<Detection> objects) throws IOException {
        out.writeArrayFieldStart("objects");
        for (Detection object : objects) {
            out.writeStartObject();
            out.writeNumberField("id", object.id());
            out.writeStringField("label", object.label());
            out.writeNumberField("classId", object.classId());
            decimal(out, "confidence", object.confidence());
            box(out, object.box());
            AttributeWriter.write(out, object.attributes());
            if (object.track().isPresent()) {
                out.writeStringField("trackId", object.track().get().id());
                out.writeStringField("trackLabel", object.track().get().label());
                speed(out, object.track().get().speed());
            }
            crossings(out, object.crossings());
            if (object.zones().isPresent()) {
                out.writeArrayFieldStart("zones");
                for (String zone : object.zones().get()) {
                    out.writeString(zone);
                }
                out.writeEndArray();
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    static void box(JsonGenerator out, Box box) throws IOException {
        out.writeObjectFieldStart("bbox");
        decimal(out, "left", box.left());
        decimal(out, "top", box.top());
        decimal(out, "width", box.width());
        decimal(out, "height", box.height());
        out.writeEndObject();
    }

    private static void speed(JsonGenerator out, Optional<Detection.Speed> speed) throws IOException {
        if (speed.isPresent()) {
            out.writeObjectFieldStart("speed");
            decimal(out, "kmh", speed.get().kmh());
            decimal(out, "uncertaintyKmh", speed.get().uncertaintyKmh());
            out.writeEndObject();
        }
    }

    private static void crossings(JsonGenerator out, List<Detection.Crossing> crossings) throws IOException {
        if (crossings.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("crossings");
        for (Detection.Crossing crossing : crossings) {
            out.writeStartObject();
            out.writeStringField("line", crossing.line());
            out.writeStringField("direction", crossing.direction());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void gap(JsonGenerator out, GapMessage gap) throws IOException {
        out.writeStringField("reason", gap.reason());
        out.writeFieldName("detail");
        out.writeString(gap.detail().orElse(null));
        time(out, "since", Optional.of(gap.span().since()));
        time(out, "until", gap.span().until());
        time(out, "publishedAt", Optional.of(gap.publishedAt()));
    }

    static void time(JsonGenerator out, String field, Optional<Instant> time) throws IOException {
        out.writeFieldName(field);
        out.writeString(time.map(TIME::format).orElse(null));
    }

    static void number(JsonGenerator out, String field, OptionalLong number) throws IOException {
        out.writeFieldName(field);
        if (number.isPresent()) {
            out.writeNumber(number.getAsLong());
        } else {
            out.writeNull();
        }
    }

    static void decimal(JsonGenerator out, String field, double number) throws IOException {
        out.writeFieldName(field);
        if (Double.isFinite(number)) {
            out.writeNumber(number);
        } else {
            out.writeNull();
        }
    }
}
