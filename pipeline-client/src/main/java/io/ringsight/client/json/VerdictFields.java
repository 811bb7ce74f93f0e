package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringsight.client.Coverage;
import io.ringsight.client.Identity;
import io.ringsight.client.VerdictMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What was read of the field {@code verdict}. */
final class VerdictFields implements JsonFields.FieldReader {
    private VerdictMessage.Part part;
    private String grade;
    private List<String> reasons;
    private List<VerdictMessage.Board> boards = List.of();
    private List<VerdictMessage.Defect> defects;
    private List<Long> frames;
    private List<VerdictMessage.Missing> missing;
    private Optional<VerdictMessage.Model> model = Optional.empty();
    private Optional<String> evidence = Optional.empty();
    private Instant from;
    private Instant to;
    private Instant decidedAt;
    private Double tookMs;

    @Override
    public void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "part" -> part = part(in);
            case "grade" -> grade = JsonFields.text(in);
            case "reasons" -> reasons = JsonFields.list(in, JsonFields::text);
            case "boards" -> boards = JsonFields.list(in, VerdictFields::board);
            case "defects" -> defects = JsonFields.list(in, VerdictFields::defect);
            case "frames" -> frames = JsonFields.list(in, value -> JsonFields.integer(value, 0, Long.MAX_VALUE));
            case "missing" -> missing = JsonFields.list(in, VerdictFields::missing);
            case "model" -> model = JsonFields.isNull(in) ? Optional.empty() : Optional.of(model(in));
            case "evidence" -> evidence = textOrNull(in);
            case "from" -> from = JsonFields.time(in);
            case "to" -> to = JsonFields.time(in);
            case "decidedAt" -> decidedAt = JsonFields.time(in);
            case "tookMs" -> tookMs = JsonFields.decimal(in);
            default -> {
                // newer than this version
            }
        }
    }

    VerdictMessage message(Identity identity, Coverage coverage, Instant publishedAt) throws MessageFormatException {
        return new VerdictMessage(
                identity,
                coverage,
                need(part, "part"),
                new VerdictMessage.Judgement(need(grade, "grade"), need(reasons, "reasons"), boards),
                need(defects, "defects"),
                new VerdictMessage.Seen(need(frames, "frames"), need(missing, "missing"), model, evidence),
                new VerdictMessage.Timing(
                        need(from, "from"), need(to, "to"), need(decidedAt, "decidedAt"), need(tookMs, "tookMs")),
                publishedAt);
    }

    private static <T> T need(T value, String name) throws MessageFormatException {
        return MessageFields.need(value, "verdict." + name);
    }

    private static Optional<String> textOrNull(JsonParser in) throws IOException, MessageFormatException {
        return JsonFields.isNull(in) ? Optional.empty() : Optional.of(JsonFields.text(in));
    }

    /** The texts of an object; nulls and what is no text are left out. */
    private static Map<String, String> texts(JsonParser in) throws IOException, MessageFormatException {
        Map<String, String> texts = new HashMap<>();
        JsonFields.object(in, (name, value) -> {
            if (value.currentToken() == JsonToken.VALUE_STRING) {
                texts.put(name, value.getText());
            }
        });
        return texts;
    }

    private static VerdictMessage.Part part(JsonParser in) throws IOException, MessageFormatException {
        Map<String, String> texts = new HashMap<>();
        Instant[] at = new Instant[1];
        JsonFields.object(in, (name, value) -> {
            if (name.equals("at")) {
                at[0] = JsonFields.time(value);
            } else if (value.currentToken() == JsonToken.VALUE_STRING) {
                texts.put(name, value.getText());
            }
        });
        return new VerdictMessage.Part(
                need(texts.get("id"), "part.id"),
                Optional.ofNullable(texts.get("recipe")),
                Optional.ofNullable(texts.get("revision")),
                need(at[0], "part.at"));
    }

    private static VerdictMessage.Board board(JsonParser in) throws IOException, MessageFormatException {
        Map<String, String> texts = texts(in);
        return new VerdictMessage.Board(
                need(texts.get("name"), "boards.name"), need(texts.get("grade"), "boards.grade"));
    }

    private static VerdictMessage.Model model(JsonParser in) throws IOException, MessageFormatException {
        Map<String, String> texts = texts(in);
        return new VerdictMessage.Model(
                need(texts.get("name"), "model.name"),
                need(texts.get("version"), "model.version"),
                need(texts.get("sha256"), "model.sha256"));
    }

    private static VerdictMessage.Missing missing(JsonParser in) throws IOException, MessageFormatException {
        String[] reason = new String[1];
        OptionalLong[] frames = {OptionalLong.empty()};
        JsonFields.object(in, (name, value) -> {
            if (name.equals("reason")) {
                reason[0] = JsonFields.text(value);
            } else if (name.equals("frames") && !JsonFields.isNull(value)) {
                frames[0] = OptionalLong.of(JsonFields.integer(value, 0, Long.MAX_VALUE));
            }
        });
        return new VerdictMessage.Missing(need(reason[0], "missing.reason"), frames[0]);
    }

    private static VerdictMessage.Defect defect(JsonParser in) throws IOException, MessageFormatException {
        DefectFields fields = new DefectFields();
        JsonFields.object(in, fields);
        return fields.defect();
    }

    /** One element of {@code defects}. */
    private static final class DefectFields implements JsonFields.FieldReader {
        private final Map<String, Double> numbers = new HashMap<>();
        private final Map<String, String> texts = new HashMap<>();
        private Long frames;

        @Override
        public void field(String name, JsonParser in) throws IOException, MessageFormatException {
            switch (name) {
                case "label", "grade" -> texts.put(name, JsonFields.text(in));
                case "board" -> textOrNull(in).ifPresent(board -> texts.put(name, board));
                case "frames" -> frames = JsonFields.integer(in, 0, Long.MAX_VALUE);
                case "confidence" -> numbers.put(name, JsonFields.decimal(in));
                case "place" -> JsonFields.object(in, (side, value) -> numbers.put(side, JsonFields.decimal(value)));
                default -> {
                    // newer than this version
                }
            }
        }

        VerdictMessage.Defect defect() throws MessageFormatException {
            return new VerdictMessage.Defect(
                    need(texts.get("label"), "defects.label"),
                    number("confidence"),
                    need(texts.get("grade"), "defects.grade"),
                    new VerdictMessage.Place(number("x"), number("y"), number("width"), number("height")),
                    Optional.ofNullable(texts.get("board")),
                    need(frames, "defects.frames"));
        }

        private double number(String name) throws MessageFormatException {
            return need(numbers.get(name), "defects." + name);
        }
    }
}
