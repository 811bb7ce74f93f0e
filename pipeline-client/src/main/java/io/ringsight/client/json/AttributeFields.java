package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.Attribute;
import io.ringsight.client.Box;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was read of one attribute of an object, or of one element of its {@code objects}. */
final class AttributeFields implements JsonFields.FieldReader {
    private String label;
    private Integer classId;
    private Double confidence;
    private Box box;
    private List<Attribute.Part> objects;
    private String reason;

    /** All attributes of an object. */
    static Map<String, Attribute> attributes(JsonParser in) throws IOException, MessageFormatException {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        JsonFields.object(in, (name, value) -> {
            AttributeFields fields = new AttributeFields();
            JsonFields.object(value, fields);
            attributes.put(name, fields.attribute());
        });
        return attributes;
    }

    @Override
    public void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "label" -> label = JsonFields.text(in);
            case "classId" -> classId = (int) JsonFields.integer(in, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "confidence" -> confidence = JsonFields.decimal(in);
            case "bbox" -> box = DetectionFields.box(in);
            case "objects" -> objects = objects(in);
            case "reason" -> reason = JsonFields.text(in);
            default -> {
                // newer than this version
            }
        }
    }

    private static List<Attribute.Part> objects(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw JsonFields.wrong(in, "an array");
        }
        List<Attribute.Part> objects = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            AttributeFields fields = new AttributeFields();
            JsonFields.object(in, fields);
            objects.add(new Attribute.Part(fields.answer(), MessageFields.need(fields.box, "objects.attributes.bbox")));
        }
        return objects;
    }

    private Attribute.Answer answer() throws MessageFormatException {
        return new Attribute.Answer(
                MessageFields.need(label, "objects.attributes.label"),
                MessageFields.need(classId, "objects.attributes.classId"),
                MessageFields.need(confidence, "objects.attributes.confidence"));
    }

    /** One that says neither what is there nor why not is of a kind this version does not know: it is no answer. */
    private Attribute attribute() throws MessageFormatException {
        Optional<Attribute.Answer> answer = label == null ? Optional.empty() : Optional.of(answer());
        boolean isKnown = answer.isPresent() || objects != null;
        return new Attribute(
                answer,
                Optional.ofNullable(objects),
                isKnown ? Optional.ofNullable(reason) : Optional.of(reason == null ? "unknown" : reason));
    }
}
