package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import io.ringsight.client.Coverage;
import io.ringsight.client.Identity;
import io.ringsight.client.SummaryMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What was read of the field {@code summary}. */
final class SummaryFields implements JsonFields.FieldReader {
    private Optional<Instant> from = Optional.empty();
    private Optional<Instant> to = Optional.empty();
    private Long durationMs;
    private Long missingMs;
    private List<SummaryMessage.Line> lines;
    private List<SummaryMessage.Zone> zones;
    private List<SummaryMessage.Trip> trips;

    @Override
    public void field(String name, JsonParser in) throws IOException, MessageFormatException {
        switch (name) {
            case "from" -> from = time(in);
            case "to" -> to = time(in);
            case "durationMs" -> durationMs = JsonFields.integer(in, 0, Long.MAX_VALUE);
            case "missingMs" -> missingMs = JsonFields.integer(in, 0, Long.MAX_VALUE);
            case "lines" -> lines = JsonFields.list(in, SummaryFields::line);
            case "zones" -> zones = JsonFields.list(in, SummaryFields::zone);
            case "trips" -> trips = JsonFields.list(in, SummaryFields::trip);
            default -> {
                // newer than this version
            }
        }
    }

    SummaryMessage message(Identity identity, Coverage coverage, Instant publishedAt) throws MessageFormatException {
        return new SummaryMessage(
                identity,
                coverage,
                new SummaryMessage.Span(from, to, need(durationMs, "durationMs"), need(missingMs, "missingMs")),
                need(lines, "lines"),
                need(zones, "zones"),
                need(trips, "trips"),
                publishedAt);
    }

    private static Optional<Instant> time(JsonParser in) throws IOException, MessageFormatException {
        return JsonFields.isNull(in) ? Optional.empty() : Optional.of(JsonFields.time(in));
    }

    private static <T> T need(T value, String name) throws MessageFormatException {
        return MessageFields.need(value, "summary." + name);
    }

    private static SummaryMessage.Line line(JsonParser in) throws IOException, MessageFormatException {
        String[] name = new String[1];
        Map<String, SummaryMessage.Flow> flows = new HashMap<>();
        JsonFields.object(in, (field, value) -> {
            switch (field) {
                case "line" -> name[0] = JsonFields.text(value);
                case "forward", "backward" -> flows.put(field, flow(value));
                default -> {
                    // newer than this version
                }
            }
        });
        return new SummaryMessage.Line(
                need(name[0], "lines.line"),
                need(flows.get("forward"), "lines.forward"),
                need(flows.get("backward"), "lines.backward"));
    }

    private static SummaryMessage.Flow flow(JsonParser in) throws IOException, MessageFormatException {
        Figures figures = Figures.read(in, "");
        return new SummaryMessage.Flow(
                figures.whole("count"),
                figures.known("perHour"),
                figures.whole("headways"),
                figures.known("meanHeadwayS"),
                figures.known("minHeadwayS"),
                figures.known("speedShare"),
                figures.known("meanKmh"));
    }

    private static SummaryMessage.Zone zone(JsonParser in) throws IOException, MessageFormatException {
        Figures figures = Figures.read(in, "zone");
        return new SummaryMessage.Zone(
                figures.text("zone"),
                figures.known("occupied"),
                figures.known("meanObjects"),
                figures.whole("maxObjects"),
                figures.known("meanStanding"),
                figures.whole("maxStanding"),
                figures.known("maxQueueM"));
    }

    private static SummaryMessage.Trip trip(JsonParser in) throws IOException, MessageFormatException {
        Figures figures = Figures.read(in, "from", "to");
        return new SummaryMessage.Trip(figures.text("from"), figures.text("to"), figures.whole("count"));
    }

    /** An object of numbers and some texts. */
    private record Figures(Map<String, Double> numbers, Map<String, String> texts) {
        /** @param names of the texts; everything else is a number, or unknown to this version */
        static Figures read(JsonParser in, String... names) throws IOException, MessageFormatException {
            Figures figures = new Figures(new HashMap<>(), new HashMap<>());
            List<String> ofTexts = List.of(names);
            JsonFields.object(in, (field, value) -> {
                if (ofTexts.contains(field)) {
                    figures.texts.put(field, JsonFields.text(value));
                } else if (value.currentToken().isNumeric()) {
                    figures.numbers.put(field, value.getDoubleValue());
                }
            });
            return figures;
        }

        String text(String name) throws MessageFormatException {
            return need(texts.get(name), name);
        }

        long whole(String name) throws MessageFormatException {
            return Math.round(need(numbers.get(name), name));
        }

        OptionalDouble known(String name) {
            Double number = numbers.get(name);
            return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
        }
    }
}
