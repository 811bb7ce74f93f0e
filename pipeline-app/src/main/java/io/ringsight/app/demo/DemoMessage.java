package io.ringsight.app.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the demo shows of a message it read back.
 *
 * @param isFrame whether it is a frame's message rather than a gap's
 * @param sourceId the source
 * @param frameSeq the last frame it covers
 * @param lost frames it covers that have no message of their own
 * @param reason why there is a gap; empty for a frame
 * @param detail what is known of the gap; may be empty
 * @param ptsNs presentation time; negative when unknown
 * @param captured when the frame was taken; null when unknown
 * @param latencyNs from decoded to published
 * @param objects what was found
 */
record DemoMessage(
        boolean isFrame,
        String sourceId,
        long frameSeq,
        long lost,
        String reason,
        String detail,
        long ptsNs,
        Instant captured,
        long latencyNs,
        List<Found> objects) {
    private static final JsonFactory JSON = new JsonFactory();

    /** An object: its class's name, confidence and box in source pixels. */
    record Found(String label, float confidence, float left, float top, float width, float height) {}

    /** Reads one; empty when {@code json} is no message of ours. */
    static Optional<DemoMessage> read(byte[] json) {
        if (json == null) {
            return Optional.empty();
        }
        Reader reader = new Reader();
        try (JsonParser in = JSON.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            eachField(in, reader::field);
            return reader.message();
        } catch (IOException | DateTimeParseException expected) {
            // Somebody else's record: the verifier counts it.
            return Optional.empty();
        }
    }

    private interface FieldReader {
        void field(String name, JsonParser in) throws IOException;
    }

    private static void eachField(JsonParser in, FieldReader reader) throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            reader.field(name, in);
            in.skipChildren();
        }
    }

    /** Collects the fields of one message. */
    private static final class Reader {
        private String type = "";
        private String sourceId = "";
        private String reason = "";
        private String detail = "";
        private long frameSeq = -1;
        private long prevFrameSeq = -1;
        private long ptsNs = -1;
        private Instant captured;
        private long latencyNs;
        private final List<Found> objects = new ArrayList<>();

        void field(String name, JsonParser in) throws IOException {
            switch (name) {
                case "type" -> type = in.getValueAsString("");
                case "sourceId" -> sourceId = in.getValueAsString("");
                case "reason" -> reason = in.getValueAsString("");
                case "detail" -> detail = in.getValueAsString("");
                case "frameSeq" -> frameSeq = number(in);
                case "prevFrameSeq" -> prevFrameSeq = number(in);
                case "ptsNs" -> ptsNs = number(in);
                case "captureTime" -> eachField(in, this::captureTime);
                case "stages" -> eachField(in, this::stage);
                case "objects" -> {
                    while (in.nextToken() == JsonToken.START_OBJECT) {
                        objects.add(object(in));
                    }
                }
                default -> {
                    // not shown
                }
            }
        }

        private static long number(JsonParser in) throws IOException {
            return in.currentToken().isNumeric() ? in.getValueAsLong() : -1;
        }

        private void captureTime(String name, JsonParser in) throws IOException {
            if (name.equals("utc") && in.currentToken() == JsonToken.VALUE_STRING) {
                captured = Instant.parse(in.getText());
            }
        }

        private void stage(String name, JsonParser in) throws IOException {
            if (!name.equals("decodeNs")) {
                latencyNs += in.getValueAsLong(0);
            }
        }

        private static Found object(JsonParser in) throws IOException {
            String[] label = {""};
            float[] values = new float[5];
            eachField(in, (name, value) -> {
                switch (name) {
                    case "label" -> label[0] = value.getValueAsString("");
                    case "confidence" -> values[0] = (float) value.getValueAsDouble();
                    case "bbox" ->
                        eachField(value, (side, length) -> {
                            int index =
                                    List.of("left", "top", "width", "height").indexOf(side);
                            if (index >= 0) {
                                values[index + 1] = (float) length.getValueAsDouble();
                            }
                        });
                    default -> {
                        // not shown
                    }
                }
            });
            return new Found(label[0], values[0], values[1], values[2], values[3], values[4]);
        }

        Optional<DemoMessage> message() {
            boolean isFrame = type.equals("frame");
            if (!isFrame && !type.equals("gap") || frameSeq < prevFrameSeq || prevFrameSeq < 0) {
                return Optional.empty();
            }
            long lost = frameSeq - prevFrameSeq - (isFrame ? 1 : 0);
            return Optional.of(new DemoMessage(
                    isFrame,
                    sourceId,
                    frameSeq,
                    lost,
                    reason,
                    detail,
                    ptsNs,
                    captured,
                    latencyNs,
                    List.copyOf(objects)));
        }
    }
}
