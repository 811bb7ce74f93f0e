package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.Attribute;
import io.ringsight.client.Box;
import io.ringsight.client.Detection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was read of one element of {@code objects}. */
final class DetectionFields implements JsonFields.FieldReader {
    private Integer id;
    private String label;
    private Integer classId;
    private Double confidence;
    private Box box;
    private String trackId;
    private String trackLabel;
    private Detection.Speed speed;
    private List<String> zones;
    private List<Detection.Crossing> crossings = List.of();
    private Map<String, Attribute> attributes = Map.of();

    @Override
    public void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "id" -> id = (int) JsonFields.integer(in, 0, Integer.MAX_VALUE);
            case "label" -> label = JsonFields.text(in);
            case "classId" -> classId = (int) JsonFields.integer(in, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "confidence" -> confidence = JsonFields.decimal(in);
            case "bbox" -> box = box(in);
            case "trackId" -> trackId = JsonFields.text(in);
            case "trackLabel" -> trackLabel = JsonFields.text(in);
            case "speed" -> speed = speed(in);
            case "zones" -> zones = texts(in);
            case "crossings" -> crossings = crossings(in);
            case "attributes" -> attributes = AttributeFields.attributes(in);
            default -> {
                // newer than this version
            }
        }
    }

    private static List<String> texts(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw JsonFields.wrong(in, "an array");
        }
        List<String> texts = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            texts.add(JsonFields.text(in));
        }
        return texts;
    }

    private static List<Detection.Crossing> crossings(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw JsonFields.wrong(in, "an array");
        }
        List<Detection.Crossing> crossings = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            String[] texts = new String[2];
            JsonFields.object(in, (name, value) -> {
                switch (name) {
                    case "line" -> texts[0] = JsonFields.text(value);
                    case "direction" -> texts[1] = JsonFields.text(value);
                    default -> {
                        // newer than this version
                    }
                }
            });
            crossings.add(new Detection.Crossing(
                    MessageFields.need(texts[0], "objects.crossings.line"),
                    MessageFields.need(texts[1], "objects.crossings.direction")));
        }
        return crossings;
    }

    private static Detection.Speed speed(JsonParser in) throws IOException, MessageFormatException {
        if (JsonFields.isNull(in)) {
            return null;
        }
        Double[] numbers = new Double[2];
        JsonFields.object(in, (name, value) -> {
            switch (name) {
                case "kmh" -> numbers[0] = JsonFields.decimal(value);
                case "uncertaintyKmh" -> numbers[1] = JsonFields.decimal(value);
                default -> {
                    // newer than this version
                }
            }
        });
        return new Detection.Speed(
                MessageFields.need(numbers[0], "objects.speed.kmh"),
                MessageFields.need(numbers[1], "objects.speed.uncertaintyKmh"));
    }

    static Box box(JsonParser in) throws IOException, MessageFormatException {
        Double[] sides = new Double[4];
        JsonFields.object(in, (name, value) -> {
            switch (name) {
                case "left" -> sides[0] = JsonFields.decimal(value);
                case "top" -> sides[1] = JsonFields.decimal(value);
                case "width" -> sides[2] = JsonFields.decimal(value);
                case "height" -> sides[3] = JsonFields.decimal(value);
                default -> {
                    // newer than this version
                }
            }
        });
        return new Box(
                MessageFields.need(sides[0], "objects.bbox.left"),
                MessageFields.need(sides[1], "objects.bbox.top"),
                MessageFields.need(sides[2], "objects.bbox.width"),
                MessageFields.need(sides[3], "objects.bbox.height"));
    }

    Detection detection() throws MessageFormatException {
        return new Detection(
                MessageFields.need(id, "objects.id"),
                MessageFields.need(label, "objects.label"),
                MessageFields.need(classId, "objects.classId"),
                MessageFields.need(confidence, "objects.confidence"),
                MessageFields.need(box, "objects.bbox"),
                track(),
                new Detection.Places(Optional.ofNullable(zones), crossings),
                attributes);
    }

    private Optional<Detection.Track> track() throws MessageFormatException {
        return trackId == null
                ? Optional.empty()
                : Optional.of(new Detection.Track(
                        trackId, MessageFields.need(trackLabel, "objects.trackLabel"), Optional.ofNullable(speed)));
    }
}
