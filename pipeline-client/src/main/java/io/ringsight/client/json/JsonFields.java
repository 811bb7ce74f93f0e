package io.ringsight.client.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Values of JSON, each of the kind that is expected or refused in words that name its place. */
final class JsonFields {
    /** Characters of a value that an error shows. */
    private static final int MAX_SHOWN = 40;

    private JsonFields() {}

    /** Takes a field of an object; what it leaves unread is skipped. */
    interface FieldReader {
        void field(String name, JsonParser in) throws IOException, MessageFormatException;
    }

    /** Reads the object at which {@code in} stands. */
    static void object(JsonParser in, FieldReader fields) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(in, "an object");
        }
        for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            in.nextToken();
            fields.field(name, in);
            in.skipChildren();
        }
    }

    /** Reads one value of an array. */
    interface Reading<T> {
        T read(JsonParser in) throws IOException, MessageFormatException;
    }

    /** The values of the array at which {@code in} stands. */
    static <T> List<T> list(JsonParser in, Reading<T> reading) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(in, "an array");
        }
        List<T> list = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            list.add(reading.read(in));
        }
        return list;
    }

    static boolean isNull(JsonParser in) {
        return in.currentToken() == JsonToken.VALUE_NULL;
    }

    static String text(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(in, "a string");
        }
        return in.getText();
    }

    static boolean truth(JsonParser in) throws IOException, MessageFormatException {
        if (!in.currentToken().isBoolean()) {
            throw wrong(in, "true or false");
        }
        return in.getBooleanValue();
    }

    static long integer(JsonParser in, long min, long max) throws IOException, MessageFormatException {
        boolean isLong = in.currentToken() == JsonToken.VALUE_NUMBER_INT
                && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        long value = isLong ? in.getLongValue() : 0;
        if (!isLong || value < min || value > max) {
            throw wrong(in, "an integer from " + min + " to " + max);
        }
        return value;
    }

    /** NaN for null: the model gave a number that is not finite. */
    static double decimal(JsonParser in) throws IOException, MessageFormatException {
        if (isNull(in)) {
            return Double.NaN;
        }
        if (!in.currentToken().isNumeric()) {
            throw wrong(in, "a number or null");
        }
        return in.getDoubleValue();
    }

    static Instant time(JsonParser in) throws IOException, MessageFormatException {
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            try {
                return Rfc3339.parse(in.getTextCharacters(), in.getTextOffset(), in.getTextLength());
            } catch (DateTimeException expected) {
                // told below
            }
        }
        throw wrong(in, "a time such as 2026-11-22T13:40:00.123456Z");
    }

    static MessageFormatException wrong(JsonParser in, String expected) throws IOException {
        return new MessageFormatException(
                "field " + in.getParsingContext().pathAsPointer() + ": expected " + expected + ", got " + got(in));
    }

    /** The value at which {@code in} stands, for people. */
    static String got(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> '"' + shortened(in.getText()) + '"';
            default -> shortened(in.getText());
        };
    }

    private static String shortened(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }
}
