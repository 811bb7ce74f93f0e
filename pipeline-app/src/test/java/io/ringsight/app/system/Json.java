package io.ringsight.app.system;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One JSON object of a message, with typed look-ups. Reads by itself, not by the product's code. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<?, ?> fields;

    private Json(Map<?, ?> fields) {
        this.fields = fields;
    }

    static Json parse(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            return new Json((Map<?, ?>) value(parser));
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    String text(String field) {
        return (String) fields.get(field);
    }

    long integer(String field) {
        return number(field).longValue();
    }

    double real(String field) {
        return number(field).doubleValue();
    }

    boolean isNull(String field) {
        return fields.get(field) == null;
    }

    Json object(String field) {
        return new Json((Map<?, ?>) fields.get(field));
    }

    List<Json> objects(String field) {
        List<?> list = (List<?>) fields.get(field);
        return list == null
                ? List.of()
                : list.stream().map(o -> new Json((Map<?, ?>) o)).toList();
    }

    /** Names of the fields. */
    List<String> names() {
        return fields.keySet().stream().map(Object::toString).toList();
    }

    @Override
    public String toString() {
        return fields.toString();
    }

    private Number number(String field) {
        Object value = fields.get(field);
        if (!(value instanceof Number number)) {
            throw new AssertionError(field + " is no number in " + fields);
        }
        return number;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return fields;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(parser));
        }
        return values;
    }
}
