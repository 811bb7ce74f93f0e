package io.ringsight.sinks.evidence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A picture that is kept, and why.
 *
 * @param key its frame
 * @param takenUtcNs when it was taken, or published where that is not known; nanoseconds since 1970
 * @param keptUtcNs when its message was made
 * @param why what of it matters
 * @param crop the part of the picture that is kept once more
 * @param clip the frame beside whose picture the clip is that shows it, or will be; empty if there is none
 * @param bytes on the disk
 */
public record EvidenceItem(
        EvidenceKey key, long takenUtcNs, long keptUtcNs, Why why, Box crop, Optional<EvidenceKey> clip, long bytes) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final String TAKEN = "takenUtcNs";
    private static final String KEPT = "keptUtcNs";
    private static final String LABELS = "labels";
    private static final String RULES = "rules";
    private static final String OBJECTS = "objects";
    private static final String CLIP = "clip";

    /** A part of the picture, in pixels. */
    public record Box(int left, int top, int width, int height) {}

    /**
     * What of a frame matters.
     *
     * @param labels classes of the objects that do, each once
     * @param rules names of the rules it matches
     * @param objects which objects of its message do, the surest first
     */
    public record Why(List<String> labels, List<String> rules, List<Integer> objects) {
        public Why {
            labels = List.copyOf(labels);
            rules = List.copyOf(rules);
            objects = List.copyOf(objects);
        }
    }

    public List<String> labels() {
        return why.labels;
    }

    public List<String> rules() {
        return why.rules;
    }

    public List<Integer> objects() {
        return why.objects;
    }

    /** The same, so large. */
    EvidenceItem sized(long onDisk) {
        return new EvidenceItem(key, takenUtcNs, keptUtcNs, why, crop, clip, onDisk);
    }

    /** All but its key and size, which its folder says. */
    byte[] json() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("messageId", key.messageId());
            out.writeNumberField(TAKEN, takenUtcNs);
            out.writeNumberField(KEPT, keptUtcNs);
            texts(out, LABELS, labels());
            texts(out, RULES, rules());
            out.writeArrayFieldStart(OBJECTS);
            for (int object : objects()) {
                out.writeNumber(object);
            }
            out.writeEndArray();
            out.writeObjectFieldStart("crop");
            out.writeNumberField("left", crop.left);
            out.writeNumberField("top", crop.top);
            out.writeNumberField("width", crop.width);
            out.writeNumberField("height", crop.height);
            out.writeEndObject();
            if (clip.isPresent()) {
                out.writeStringField(CLIP, clip.get().messageId());
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    private static void texts(JsonGenerator out, String field, List<String> texts) throws IOException {
        out.writeArrayFieldStart(field);
        for (String text : texts) {
            out.writeString(text);
        }
        out.writeEndArray();
    }

    /**
     * Reads what {@link #json()} wrote.
     *
     * @throws IOException if it is not whole
     */
    static EvidenceItem read(EvidenceKey key, byte[] json) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        Map<String, List<String>> lists = new HashMap<>();
        Optional<EvidenceKey> clip = Optional.empty();
        try (JsonParser in = FACTORY.createParser(json)) {
            String list = "";
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    list = in.currentName();
                    lists.put(list, new ArrayList<>());
                } else if (token == JsonToken.END_ARRAY) {
                    list = "";
                } else if (token.isScalarValue() && !list.isEmpty()) {
                    lists.get(list).add(in.getText());
                } else if (token == JsonToken.VALUE_STRING && in.currentName().equals(CLIP)) {
                    clip = EvidenceKey.ofMessage(in.getText());
                } else if (token.isNumeric()) {
                    numbers.put(in.currentName(), in.getLongValue());
                }
            }
        }
        if (!numbers.keySet().containsAll(List.of(TAKEN, KEPT, "left", "top", "width", "height"))
                || !lists.keySet().containsAll(List.of(LABELS, RULES, OBJECTS))) {
            throw new IOException("not whole");
        }
        return new EvidenceItem(
                key,
                numbers.get(TAKEN),
                numbers.get(KEPT),
                new Why(
                        lists.get(LABELS),
                        lists.get(RULES),
                        lists.get(OBJECTS).stream().map(Integer::valueOf).toList()),
                new Box(
                        numbers.get("left").intValue(),
                        numbers.get("top").intValue(),
                        numbers.get("width").intValue(),
                        numbers.get("height").intValue()),
                clip,
                0);
    }
}
