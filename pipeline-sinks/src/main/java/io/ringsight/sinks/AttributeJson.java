package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detect.ObjectAttribute.State;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.util.List;

/** Writes what second models say: of a frame which they are, of an object what it is or why nothing is known. One thread. */
final class AttributeJson {
    private static final SerializedString ATTRIBUTE_MODELS = new SerializedString("attributeModels");
    private static final SerializedString ATTRIBUTES = new SerializedString("attributes");

    private final JsonText text;
    /** By second model: which computed last, and how it and its labels are written: it changes seldom. */
    private Known[] known = {};

    private record Known(ModelSpec model, String backend, SerializedString text, SerializedString[] labels) {
        Known(ModelSpec model, String backend) {
            this(
                    model,
                    backend,
                    new SerializedString(MessageParts.model(model, backend)),
                    model.labels().stream().map(SerializedString::new).toArray(SerializedString[]::new));
        }
    }

    AttributeJson(JsonText text) {
        this.text = text;
    }

    /** Writes what computed the attributes of a frame, if anything did; before those of its objects. */
    void models(JsonGenerator out, List<ObjectAttribute> attributes) throws IOException {
        if (known.length != attributes.size()) {
            known = new Known[attributes.size()];
        }
        boolean isOpen = false;
        for (int i = 0; i < known.length; i++) {
            ObjectAttribute attribute = attributes.get(i);
            if (attribute.model() != null) {
                if (!isOpen) {
                    out.writeFieldName(ATTRIBUTE_MODELS);
                    out.writeStartObject();
                    isOpen = true;
                }
                note(i, attribute);
                out.writeFieldName(attribute.name());
                out.writeRawValue(known[i].text());
            }
        }
        if (isOpen) {
            out.writeEndObject();
        }
    }

    private void note(int index, ObjectAttribute attribute) {
        Known last = known[index];
        if (last == null || last.model() != attribute.model() || !last.backend().equals(attribute.backend())) {
            known[index] = new Known(attribute.model(), attribute.backend());
        }
    }

    /** Writes what is known of an object, if a second model was to look at it. */
    void attributes(JsonGenerator out, List<ObjectAttribute> attributes, int object) throws IOException {
        boolean isOpen = false;
        for (int i = 0; i < attributes.size(); i++) {
            ObjectAttribute attribute = attributes.get(i);
            if (attribute.state(object) != State.UNWANTED) {
                if (!isOpen) {
                    out.writeFieldName(ATTRIBUTES);
                    out.writeStartObject();
                    isOpen = true;
                }
                out.writeFieldName(attribute.name());
                out.writeStartObject();
                value(out, attribute, object, known[i]);
                out.writeEndObject();
            }
        }
        if (isOpen) {
            out.writeEndObject();
        }
    }

    private void value(JsonGenerator out, ObjectAttribute attribute, int object, Known computed) throws IOException {
        if (attribute.state(object) != State.KNOWN) {
            MessageParts.string(
                    out, MessageParts.REASON, attribute.state(object).reason());
            return;
        }
        Detections found = attribute.found();
        int from = attribute.first(object);
        if (attribute.model().output().head().isClassifier()) {
            answer(out, found, from, computed);
            return;
        }
        out.writeFieldName(MessageParts.OBJECTS);
        out.writeStartArray();
        for (int i = from; i < from + attribute.count(object); i++) {
            out.writeStartObject();
            answer(out, found, i, computed);
            text.box(found, i);
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void answer(JsonGenerator out, Detections found, int index, Known computed) throws IOException {
        int classId = found.classId(index);
        out.writeFieldName(MessageParts.LABEL);
        if (classId < computed.labels().length) {
            out.writeString(computed.labels()[classId]);
        } else {
            out.writeString("class-" + classId);
        }
        text.number(MessageParts.CLASS_ID, classId);
        text.decimal(MessageParts.CONFIDENCE, found.confidence(index), MessageJson.CONFIDENCE_DECIMALS);
    }
}
