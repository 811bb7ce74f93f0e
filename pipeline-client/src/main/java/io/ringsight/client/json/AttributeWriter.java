package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ringsight.client.Attribute;
import java.io.IOException;
import java.util.Map;

/** Writes what second models say of an object. */
final class AttributeWriter {
    private AttributeWriter() {}

    static void write(JsonGenerator out, Map<String, Attribute> attributes) throws IOException {
        if (attributes.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("attributes");
        for (Map.Entry<String, Attribute> attribute : attributes.entrySet()) {
            out.writeObjectFieldStart(attribute.getKey());
            write(out, attribute.getValue());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, Attribute attribute) throws IOException {
        if (attribute.answer().isPresent()) {
            answer(out, attribute.answer().get());
        }
        if (attribute.objects().isPresent()) {
            out.writeArrayFieldStart("objects");
            for (Attribute.Part part : attribute.objects().get()) {
                out.writeStartObject();
                answer(out, part.answer());
                MessageWriter.box(out, part.box());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (attribute.reason().isPresent()) {
            out.writeStringField("reason", attribute.reason().get());
        }
    }

    private static void answer(JsonGenerator out, Attribute.Answer answer) throws IOException {
        out.writeStringField("label", answer.label());
        out.writeNumberField("classId", answer.classId());
        MessageWriter.decimal(out, "confidence", answer.confidence());
    }
}
